"""Query text -> tree. A hand-written parser, because its errors must say what to type instead.

    query   = [ either ]
    either  = both { "or" both }
    both    = single { [ "and" ] single }
    single  = { "not" | "-" } ( "(" either ")" | name "(" either ")" | name ":" items | text )
    items   = [ item { "," item } ]
    item    = [ ">" | ">=" | "<" | "<=" | "=" ] value | [ value ] ".." [ value ] | "*"

Full-width punctuation means the same as its ASCII form, except inside quotes. Each character is
looked at a bounded number of times, so the time grows with the length alone.
"""

from __future__ import annotations

import re

from crmctl.locale import _
from crmctl.query.ast import (
    EVERYTHING,
    KEYWORDS,
    Anything,
    Between,
    Compare,
    Exact,
    Expr,
    Group,
    Item,
    Not,
    Plain,
    Term,
    Word,
    all_of,
    any_of,
)
from crmctl.query.errors import QuerySyntaxError, QueryTooLarge

# Each level takes four Python frames, of which there are a thousand.
MAX_DEPTH = 100
MAX_LENGTH = 1_000_000

_WIDE = str.maketrans("：，（）＞＜＝＊－＂“”\u3000", ':,()><=*-""" ')
_NAME = re.compile(r"[^\W\d][\w-]*(?:\.[\w-]+)*")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r'[^\s()"]+')
_VALUE = re.compile(r'[^\s()",]+')
_LOW = re.compile(r'(?:(?!\.\.)[^\s()",])*')
_OPERATOR = re.compile(r">=|<=|==|=|>|<")
_TWICE = re.compile(r"!?[<>=]|!=")
_GLUED = re.compile(r"(?P<name>[^\W\d][\w.-]*)(?P<op>>=|<=|==|!=|=|>|<)(?P<value>.*)", re.DOTALL)
_QUOTED = re.compile(r'((?:[^"\\]|\\.)*)"', re.DOTALL)
_QUOTED_WIDE = re.compile(r"((?:[^“”＂\\]|\\.)*)[“”＂]", re.DOTALL)
_ESCAPE = re.compile(r'\\(["“”＂\\])')
_SURROGATE = re.compile("[\ud800-\udfff\x00]")


def parse(text: str) -> Expr:
    """The tree of a query; the empty query matches everything.

    Raises QuerySyntaxError with place and remedy, QueryTooLarge beyond the limits.
    """
    if len(text) > MAX_LENGTH:
        raise QueryTooLarge(_("more than a million characters."))
    return _Parser(text).query()


class _Parser:
    """One pass over the text; `_plain` has the same length, with ASCII punctuation."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = text.translate(_WIDE)
        self._at = 0
        self._depth = 0

    def query(self) -> Expr:
        broken = _SURROGATE.search(self._text)
        if broken:
            raise self._error(
                _("a character that is no text."), _("Type it in UTF-8."), broken.start()
            )
        self._skip()
        if self._peek() == "":
            return EVERYTHING
        expr = self._either(_("before it"))
        if self._peek() == ")":
            raise self._error(
                _("a “)” that closes nothing."),
                _("Take it out, or put text with parentheses in double quotes."),
            )
        return expr

    # structure

    def _either(self, where: str) -> Expr:
        terms = [self._both(where)]
        while self._keyword() == "or":
            word = self._take_keyword()
            terms.append(self._both(_("after “{word}”").format(word=word)))
        return any_of(terms)

    def _both(self, where: str) -> Expr:
        terms: list[Expr] = []
        while True:
            keyword = self._keyword()
            if keyword == "and" and terms:
                word = self._take_keyword()
                if self._peek() in ("", ")") or self._keyword() in ("or", "and"):
                    raise self._nothing(_("after “{word}”").format(word=word))
            elif keyword in ("or", "and") or self._peek() in ("", ")"):
                break
            else:
                terms.append(self._single())
        if not terms:
            raise self._nothing(where)
        return all_of(terms)

    def _single(self) -> Expr:
        depth = self._depth
        negations = 0
        while True:
            if self._peek() == "-":
                self._at += 1
                if _SPACE.match(self._plain, self._at).end() != self._at:  # type: ignore[union-attr]
                    raise self._nothing(_("right behind “-”"))
                where = _("after “-”")
            elif self._keyword() == "not":
                where = _("after “{word}”").format(word=self._take_keyword())
            else:
                break
            negations += 1
            self._deeper()
            if self._peek() in ("", ")") or self._keyword() in ("or", "and"):
                raise self._nothing(where)
        expr = self._primary()
        for _turn in range(negations):
            expr = Not(expr)
        self._depth = depth
        self._skip()
        return expr

    def _primary(self) -> Expr:
        char = self._peek()
        if char == "(":
            return self._parenthesis()
        if char == '"':
            text = self._quoted()
            self._expect_end_of_term()
            return Word(text)
        name = _NAME.match(self._plain, self._at)
        if name:
            follows = self._plain[name.end() : name.end() + 3]
            if follows[:1] == "(":
                self._at = name.end()
                return Group(name[0], self._parenthesis())
            if follows[:1] == ":" and follows != "://":
                self._at = name.end() + 1
                return Term(name[0], self._items(name[0]))
        return self._word()

    def _parenthesis(self) -> Expr:
        opening = self._at
        self._at += 1
        self._skip()
        if self._peek() == ")":
            raise self._error(
                _("empty parentheses."), _("Put a term between them, or take them out."), opening
            )
        depth = self._depth
        self._deeper()
        expr = self._either(_("after “(”"))
        if self._peek() != ")":
            raise self._error(
                _("a “(” that is never closed."),
                _("Add the “)”, or put text with parentheses in double quotes."),
                opening,
            )
        self._at += 1
        self._depth = depth
        return expr

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryTooLarge(_("it is nested too deeply."))

    # words and values

    def _word(self) -> Expr:
        found = _WORD.match(self._plain, self._at)
        assert found is not None, "whatever is no space, quote or parenthesis begins a word"
        glued = _GLUED.match(found[0])
        if glued:
            sign = "" if glued["op"] in ("=", "==", "!=") else glued["op"]
            minus = "-" if glued["op"] == "!=" else ""
            raise self._error(
                _("the field and its value are not parted by a colon."),
                _("Write {query}, or put it in double quotes to look for it as text.").format(
                    query=f"{minus}{glued['name']}:{sign}{glued['value']}"
                ),
            )
        if _TWICE.match(found[0]):
            raise self._error(
                _("a comparison without a field."),
                _("Write field:{value} without spaces, or put it in double quotes.").format(
                    value=found[0]
                ),
            )
        self._at = found.end()
        self._expect_end_of_term()
        return Word(self._text[found.start() : found.end()])

    def _items(self, field: str) -> tuple[Item, ...]:
        char = self._peek()
        if char == "" or char.isspace() or char == ")":
            return ()
        items: list[Item] = []
        exact = False
        while True:
            item = self._item(field)
            exact = exact or isinstance(item, Exact)
            items.append(Exact(item.text) if exact and isinstance(item, Plain) else item)
            if self._peek() != ",":
                break
            self._at += 1
        self._expect_end_of_term()
        return tuple(items)

    def _item(self, field: str) -> Item:
        char = self._peek()
        if char == "(":
            raise self._error(
                _("parentheses behind a colon."),
                _("Write alternatives as {field}:a,b.").format(field=field),
            )
        if char in ("", ",", ")") or char.isspace():
            raise self._error(
                _("a comma with nothing beside it."),
                _("Write {field}:a,b without spaces.").format(field=field),
            )
        operator = _OPERATOR.match(self._plain, self._at)
        if operator:
            return self._compared(field, operator[0])
        quoted = char == '"'
        low = self._quoted() if quoted else self._raw(_LOW)
        if not quoted and _TWICE.match(low):
            raise self._error(
                _("“{value}” is no comparison.").format(value=low[:20]),
                _("Write -{field}:value for “is not”.").format(field=field),
                self._at - len(low),
            )
        if not self._plain.startswith("..", self._at):
            return Anything() if low == "*" and not quoted else Plain(low)
        self._at += 2
        high = self._operand()
        if not low and not high:
            raise self._error(
                _("a range without ends."),
                _("Write {field}:low..high, {field}:low.. or {field}:..high.").format(field=field),
                self._at - 2,
            )
        return Between(low or None, high or None)

    def _compared(self, field: str, operator: str) -> Item:
        self._at += len(operator)
        quoted = self._peek() == '"'
        start = self._at
        text = self._operand()
        if not text or (not quoted and _TWICE.match(text)):
            raise self._error(
                _("no value behind “{operator}”.").format(operator=operator),
                _("Write {field}:{operator}value without spaces.").format(
                    field=field, operator=operator
                ),
                start,
            )
        return Exact(text) if operator in ("=", "==") else Compare(operator, text)

    def _operand(self) -> str:
        return self._quoted() if self._peek() == '"' else self._raw(_VALUE)

    def _raw(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._plain, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _quoted(self) -> str:
        opening = self._at
        pattern = _QUOTED if self._text[opening] == '"' else _QUOTED_WIDE
        found = pattern.match(self._text, opening + 1)
        if found is None:
            raise self._error(
                _("a quotation mark that is never closed."),
                _('Close it, or write \\" for a quotation mark within quotes.'),
            )
        if not found[1]:
            raise self._error(
                _("empty quotation marks."), _("Write field: for a field that is missing.")
            )
        self._at = found.end()
        return _ESCAPE.sub(r"\1", found[1])

    def _expect_end_of_term(self) -> None:
        char = self._peek()
        if char == "" or char == ")" or char.isspace():
            return
        raise self._error(
            _("“{char}” in the middle of a word.").format(char=self._text[self._at]),
            _("Put a space before it, or the whole text in double quotes."),
        )

    # the text

    def _peek(self) -> str:
        return self._plain[self._at : self._at + 1]

    def _skip(self) -> None:
        found = _SPACE.match(self._plain, self._at)
        assert found is not None
        self._at = found.end()

    def _keyword_word(self) -> str:
        found = _WORD.match(self._plain, self._at, self._at + 4)
        return found[0] if found else ""

    def _keyword(self) -> str | None:
        """The operator that stands here as a word of its own."""
        word = self._keyword_word()
        return KEYWORDS.get(word.casefold()) if not self._continues(len(word)) else None

    def _continues(self, length: int) -> bool:
        following = self._plain[self._at + length : self._at + length + 1]
        return not (following == "" or following in "()" or following.isspace())

    def _take_keyword(self) -> str:
        word = self._keyword_word()
        self._at += len(word)
        self._skip()
        return word

    def _nothing(self, where: str) -> QuerySyntaxError:
        return self._error(
            _("nothing stands {where}.").format(where=where),
            _("Add a term, or put the word in double quotes to look for it as text."),
        )

    def _error(self, reason: str, hint: str, index: int | None = None) -> QuerySyntaxError:
        return QuerySyntaxError(self._text, self._at if index is None else index, reason, hint)
