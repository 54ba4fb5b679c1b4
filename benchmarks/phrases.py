"""What people write after a call: notes from a small phrase grammar, in both languages.

A note is sentences of one kind of event until it is long enough. A slot such as `{reaction}` is
one of its phrases, which may have slots themselves; `{contact}` and `{product}` come from outside.
"""

from __future__ import annotations

import re
from functools import cache
from random import Random
from typing import NamedTuple

SHORTEST = 60
LONGEST = 160

Slots = dict[str, tuple[str, ...]]


def _lines(source: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in source.strip().split("\n"))


COMMON_EN: Slots = {
    "reaction": _lines("""
        sounded pleased
        was in a hurry
        had doubts about the budget
        wants to see a comparison first
        asked for references
        seemed undecided
        agreed at once
        needs approval from the board
    """),
    "topic": _lines("""
        delivery dates
        the renewal
        volume discounts
        the training plan
        last month's invoice
        the new {product}
        payment terms
        the pilot in the second warehouse
        support response times
        moving their old data
    """),
    "day": _lines("""
        on Monday
        by Friday
        next week
        before the end of the month
        after the holidays
        within three days
        in the first week of the quarter
    """),
    "step": _lines("""
        send a revised offer
        call again
        arrange a visit
        prepare a demonstration
        ask logistics for a slot
        check stock and confirm
        forward the case to support
        send the signed copy
    """),
    "amount": ("12", "20", "35", "50", "80", "120", "200", "400"),
}
COMMON_ZH: Slots = {
    "reaction": _lines("""
        态度比较积极
        时间很紧，没有深谈
        对预算还有顾虑
        希望先看对比方案
        要求提供同行案例
        还在犹豫
        当场表示同意
        需要上级审批
    """),
    "topic": _lines("""
        交货时间
        续约事宜
        批量折扣
        培训安排
        上个月的发票
        新款{product}
        付款方式
        二号仓库的试点
        售后响应速度
        旧系统的数据迁移
    """),
    "day": _lines("""
        周一
        周五之前
        下周
        月底前
        节后
        三天内
        下季度第一周
    """),
    "step": _lines("""
        发送修改后的报价
        再次电话确认
        安排上门拜访
        准备产品演示
        与物流确认档期
        核对库存后回复
        转交售后同事处理
        寄出盖章合同
    """),
    "amount": ("十二", "二十", "三十五", "五十", "八十", "一百二十", "两百", "四百"),
}
CLOSING_EN = _lines("""
    We agreed to {step} {day}.
    {contact} will come back to us {day}.
    Next: {step} {day}.
    Promised to {step} {day}.
    They also brought up {topic}.
    Main point now is {topic}; {contact} {reaction}.
    A colleague asked about {topic} as well.
    No decision yet, they compare us with two others.
    Mentioned that their team grew and {amount} more seats may be needed.
""")
CLOSING_ZH = _lines("""
    约定{day}{step}。
    {contact}表示{day}给我们答复。
    下一步：{day}{step}。
    答应对方{day}{step}。
    对方还提到{topic}，{reaction}。
    目前关键是{topic}，{contact}{reaction}。
    另一位同事也问起了{topic}，已当面作了说明。
    暂时没有定论，他们同时在比较另外两家供应商。
    对方说团队扩大了，可能还要增加{amount}个账号。
""")


class Theme(NamedTuple):
    """One sort of event: how notes on it begin, and its subjects."""

    openings: tuple[str, ...]
    subjects: tuple[str, ...]


EN: dict[str, Theme] = {
    "talk": Theme(
        _lines("""
            Spoke with {contact} about {topic}; {reaction}.
            {contact} called about {topic} and {reaction}.
            Follow-up with {contact} on {topic}, who {reaction}.
            Tried the office twice, then reached {contact}, who {reaction}.
            {contact} wrote to ask about {topic}.
        """),
        _lines("""
            Call about {topic}
            Follow-up on {topic}
            Question on {topic}
            Check-in with {contact}
        """),
    ),
    "visit": Theme(
        _lines("""
            Visited {contact} on site and walked through {topic}.
            Met {contact} and two colleagues; {contact} {reaction}.
            Showed the {product} to {contact}, who {reaction}.
            Toured the warehouse with {contact}, talked about {topic}.
        """),
        _lines("""
            Visit: {topic}
            Demonstration of the {product}
            Meeting with {contact}
        """),
    ),
    "offer": Theme(
        _lines("""
            Sent an offer for {amount} units of {product} to {contact}.
            {contact} asked for a quote on {amount} x {product} and {reaction}.
            Order confirmed with {contact}: {amount} x {product}, delivery {day}.
            {contact} negotiated {topic} and {reaction}.
        """),
        _lines("""
            Offer for {product}
            Price of {amount} x {product}
            Order of {product}
        """),
    ),
    "trouble": Theme(
        _lines("""
            {contact} complained that the {product} stopped working.
            Delivery of {amount} x {product} came late, {contact} was upset.
            {contact} reported a wrong invoice for the {product}.
            Two boxes arrived damaged, {contact} sent photos.
        """),
        _lines("""
            Complaint: {product}
            Late delivery
            Wrong invoice
            Damaged goods
        """),
    ),
    "care": Theme(
        _lines("""
            Sent season's greetings and a small gift to {contact}.
            Congratulated {contact} on the company's anniversary.
            Invited {contact} to the user day; {contact} {reaction}.
            Asked {contact} how the {product} is doing after a month.
        """),
        _lines("""
            Greetings
            Invitation to the user day
            How is the {product} doing
        """),
    ),
}
ZH: dict[str, Theme] = {
    "talk": Theme(
        _lines("""
            与{contact}电话沟通{topic}，{reaction}。
            {contact}来电咨询{topic}，{reaction}。
            就{topic}回访{contact}，对方{reaction}。
            打了两次办公室电话才联系上{contact}，对方{reaction}。
            {contact}发消息询问{topic}，已初步答复。
        """),
        _lines("""
            沟通{topic}
            跟进{topic}
            咨询{topic}
            例行回访{contact}
        """),
    ),
    "visit": Theme(
        _lines("""
            上门拜访{contact}，现场讨论了{topic}。
            与{contact}及两位同事见面，对方{reaction}。
            给{contact}演示了{product}，对方{reaction}。
            在{contact}陪同下参观仓库，谈到{topic}。
        """),
        _lines("""
            拜访：{topic}
            {product}演示
            与{contact}会面
        """),
    ),
    "offer": Theme(
        _lines("""
            给{contact}发送了{amount}套{product}的报价。
            {contact}询问{amount}套{product}的价格，{reaction}。
            与{contact}确认订单：{amount}套{product}，{day}交货。
            {contact}就{topic}与我们商谈，{reaction}。
        """),
        _lines("""
            {product}报价
            {amount}套{product}的价格
            {product}订单确认
        """),
    ),
    "trouble": Theme(
        _lines("""
            {contact}投诉{product}无法正常使用，情绪比较激动。
            {amount}套{product}延迟到货，{contact}表示不满。
            {contact}反映{product}的发票开错了抬头。
            两箱货物在运输途中破损，{contact}发来了照片。
        """),
        _lines("""
            投诉：{product}
            延迟到货
            发票有误
            货物破损
        """),
    ),
    "care": Theme(
        _lines("""
            给{contact}寄送了节日问候和一份小礼品。
            祝贺{contact}公司成立周年，并送上花篮。
            邀请{contact}参加用户大会，对方{reaction}。
            询问{contact}{product}使用一个月后的感受。
        """),
        _lines("""
            节日问候
            邀请参加用户大会
            {product}使用回访
        """),
    ),
}
TASKS_EN = _lines("""
    Send a revised offer to {contact}
    Call {contact} about {topic}
    Prepare the demonstration of the {product}
    Ask {contact} about {topic}
""")
TASKS_ZH = _lines("""
    给{contact}发送新报价
    致电{contact}沟通{topic}
    准备{product}演示
    向{contact}了解{topic}
""")
_SLOT = re.compile(r"\{([a-z]+)\}")


@cache
def _parts(phrase: str) -> list[str]:
    """Text and names of slots in turn."""
    return _SLOT.split(phrase)


class Author:
    """Writes about one customer in one language."""

    def __init__(self, rng: Random, chinese: bool) -> None:
        self._random = rng.random
        self._chinese = chinese
        self._themes = ZH if chinese else EN
        self._slots = dict(COMMON_ZH if chinese else COMMON_EN)
        self._closings = CLOSING_ZH if chinese else CLOSING_EN

    def about(self, contact: str, product: str) -> None:
        """Whom and what the next texts are about."""
        self._slots["contact"] = (contact,)
        self._slots["product"] = (product,)

    def _expand(self, options: tuple[str, ...]) -> str:
        phrase = options[int(self._random() * len(options))]
        if "{" not in phrase:
            return phrase
        parts = _parts(phrase).copy()
        for place in range(1, len(parts), 2):
            parts[place] = self._expand(self._slots[parts[place]])
        return "".join(parts)

    def note(self, theme: str, minutes: bool = False) -> str:
        """60 to 160 characters, as one paragraph or as minutes with a line for each point."""
        joint = "\n- " if minutes else "" if self._chinese else " "
        wanted = SHORTEST + int(self._random() * (LONGEST - SHORTEST - 30))
        sentences = [self._expand(self._themes[theme].openings)]
        length = len(sentences[0])
        place = int(self._random() * len(self._closings))
        for _ in self._closings:
            if length >= wanted:
                break
            # The number of closings has no divisor in common with 4, so none comes twice.
            place = (place + 4) % len(self._closings)
            sentence = self._expand((self._closings[place],))
            longer = length + len(joint) + len(sentence)
            if longer <= LONGEST:
                sentences.append(sentence)
                length = longer
            elif length >= SHORTEST:
                break
        return joint.join(sentences)

    def subject(self, theme: str) -> str:
        """A few words."""
        return self._expand(self._themes[theme].subjects)

    def step(self) -> str:
        """What to do next."""
        return self._expand(self._slots["step"])

    def task(self) -> str:
        """The title of a task."""
        return self._expand(TASKS_ZH if self._chinese else TASKS_EN)
