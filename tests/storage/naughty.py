"""Strings that some YAML reader takes for something else, or that are hard to write down."""

from __future__ import annotations

_WORDS = r"""
y Y n N yes Yes YES no No NO on On ON off Off OFF true True TRUE false False FALSE
null Null NULL nil none None ~ ~~ NaN nan .nan .NaN .inf -.inf +.inf inf Infinity
0 00 007 -1 +1 1.0 1. .5 1e3 1E+3 e3 0x1F 0o17 0b101 o17 1_000 1,000 12:30 12:30:00
190:20:30 2026-01-01 2026-1-1 2026-01-01T10:00:00Z 01062345678 +8613800138000 --05-17
= << <<: - -- --- ---- ... .... ? : :: | > |- >+ ! !! !x & &x * *x @ @x ` % %x # #x
, [ ] { } [] {} [a] {a} ' '' " "" \ \n \u0041 / // C:\x a:b a:b: :a -a ?a
http://example.com/?q=1&b=2 mailto:a@b.c a@b.c A&B R&D (x) a+b C++ C# a_b a-b a.b
=1+1 +cmd|' @SUM(A1) -2+3 __proto__ constructor $(id) ${HOME} `id` {{7*7}} %s %(x)s
李四 北京 李四（北京） 你好，世界。 ＡＢＣ １２３ 한국어 にほん привет ελληνικά café ß ½ ² Ⅷ ªº
😀 👨‍👩‍👧 ☎️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 𠀀 𝒳 عربى שלום क्षि ﷺ <script>alert(1)</script> &lt; ../../etc/passwd -rf --help
"""

_PHRASES = [
    *("", " ", "  ", "\t", "\n", "\r", "\r\n", "\n\n", " a", "a ", "a  b", "a\tb", "\ta", "a\t"),
    *("- x", "? x", "a: b", "a : b", "a #b", "a # b", "# a", "key: |", "x, y", "a, [b]", "{a: 1}"),
    *("--- x", "---\n", "...\n", "<<<<<<< HEAD", "=======", ">>>>>>> x", "on the way", "No. 1"),
    *("a\nb", "a\nb\n", "a\n\nb\n\n", "\na", " a\nb", "a \nb", "a\n b\n", "a\n\tb", "a\n#b\n"),
    *("a\r\nb", "a\rb", "- a\n- b\n", "a: b\nc: d\n", "a\n---\nb", "# a\nb\n", "a\n\n", "\t\na"),
    *("\0", "\x01", "\x07", "\x1b[31mred\x1b[0m", "\x7f", "\x80", "\x85", "a\x85b", "\xa0", "\xad"),
    *("\u200b", "\u200d", "\u200e", "\u202eevil", "a\u2028b", "\u2029", "\u2066x\u2069", "\ufeff"),
    *("\ufeffa", "\ufffd", "\ufffe", "\uffff", "\U0001ffff", "\U000e0041", "\u3164", "\u115f"),
    *("\u3000", "\u3000全角", "e\u0301", "Z\u0351\u036b\u0343a", "it's", "'single'", '"double"'),
    *('say "hi"', "back\\slash", "trail\\", "a" * 2000, "李" * 500, "[" * 100, "a: " * 100),
]

NAUGHTY = [*_WORDS.split(), *_PHRASES]
