"""Names by real frequency, and the variants in which offices write them.

The commonest hundred surnames cover about 85 % of people; given names follow the generations. Weights are rough shares
per ten thousand, from the published name reports, rounded.
"""

from jobs.city import spelling
from jobs.city.chance import Stream, running

_SURNAMES = """
王 719 李 718 张 683 刘 538 陈 453 杨 308 黄 223 赵 209 吴 205 周 199 徐 144 孙 138 马 129 朱 126 胡 116 林 113 郭 112
何 109 高 100 罗 96 郑 93 梁 85 谢 75 宋 73 唐 69 许 67 韩 65 邓 61 冯 61 曹 58 彭 57 曾 57 肖 56 田 54
董 53 潘 51 袁 50 蔡 49 蒋 48 余 47 于 46 杜 46 叶 45 程 44 魏 44 苏 43 吕 42 丁 41 任 40 卢 40 姚 40
沈 39 钟 39 姜 38 崔 38 谭 37 陆 36 范 36 汪 35 廖 34 石 34 金 33 韦 32 贾 32 夏 31 付 31 方 30 邹 30
熊 30 白 29 孟 29 秦 28 邱 28 侯 27 江 27 尹 27 薛 26 闫 26 段 25 雷 25 龙 24 黎 24 史 23 陶 23 贺 22
毛 22 郝 22 顾 21 龚 21 邵 21 万 20 覃 20 武 20 钱 19 戴 19 严 18 莫 18 孔 18 向 17 常 17 汤 16 康 16
施 15 洪 15 葛 14 祝 13 翟 13 乔 12 柳 12 俞 12 季 11 倪 11 殷 10 申 10 章 10 鲁 10 邢 9 骆 9 齐 9
庄 9 聂 8 岳 8 安 8 左 7 焦 7 符 6 欧阳 6 上官 2 司徒 1 诸葛 1 尉迟 1 笪 1 郗 1 亓 1 冼 1 逄 1
仝 1 阚 1 佘 2 褚 2 宓 1 濮 1 怀 1 麻 2 占 2 卜 2 仇 2 苟 1
"""

_POPULAR = {
    "1": "伟 强 磊 军 洋 勇 杰 涛 明 超 刚 平 辉 鹏 斌 飞 波 浩 凯 健 俊 帅 宇 "
    "建国 建华 志强 志明 国强 海涛 文杰 浩然 子轩",
    "2": "芳 娜 敏 静 丽 艳 娟 霞 秀英 秀兰 桂英 玉兰 燕 玲 萍 红 婷 雪 倩 颖 莉 丹 琳 慧 晶 "
    "欣怡 雨涵 梓涵 婷婷 丽娟 晓燕 春梅",
}
_CHARACTERS = {
    "1": "文明国建华志伟海军平永德成新林家俊杰浩宇鹏飞龙天宏广子振东胜利春生荣庆学金福小晓立中世一辰泽轩博睿晨皓然",
    "2": "秀英玉华兰芳梅丽红艳娟春燕小晓雪婷静雅慧敏佳怡欣雨涵思梦琪诗瑶珊萍云凤桂珍淑贞美琴霞月翠巧芝文嘉宁可心",
}
_RARE = "\U0002cb4e\U0002b7a9\U0002ca02\U0002b413䶮喆堃燊"
"""Characters of extensions B to F beside rare ones of the plane every font has: old systems lose them."""

_MINORITY = {
    "1": ("买买提", "艾尔肯", "阿不都拉", "吐尔逊", "玉素甫", "卡德尔"),
    "2": ("古丽娜尔", "阿依古丽", "热依汗", "帕提古丽", "米娜瓦尔"),
}
_LATIN_FIRST = {
    "1": ("JAMES", "DANIEL", "KENJI", "MINHO", "LUKAS", "WEI"),
    "2": ("EMMA", "YUKI", "JIWOO", "ANNA", "SOPHIE"),
}
_LATIN_LAST = (
    "SMITH",
    "TANAKA",
    "KIM",
    "MUELLER",
    "BROWN",
    "TAN",
    "PARK",
    "WILSON",
    "SATO",
    "SCHMIDT",
    "LEE",
    "CLARKE",
)

_TRADITIONAL = dict(
    zip(
        "张刘陈杨黄赵吴孙马郑谢许韩邓冯萧苏卢钟陆龙贺顾龚严庄华国军强伟丽兰云凤飞东庆学荣红娟静颖晓鹏杰宁贞",
        "張劉陳楊黃趙吳孫馬鄭謝許韓鄧馮蕭蘇盧鍾陸龍賀顧龔嚴莊華國軍強偉麗蘭雲鳳飛東慶學榮紅娟靜穎曉鵬傑寧貞",
        strict=True,
    )
)
_HOMOPHONE = dict(
    zip(
        "伟芳静丽娟霞英华玲明杰超文志鹏浩宇婷雪雨涵欣佳怡梅春晓小玉红海涛磊燕",
        "玮方婧莉涓夏瑛花灵铭洁朝雯智朋皓羽亭学语含心嘉仪枚椿小晓钰宏洋滔雷艳",
        strict=True,
    )
)

_words = _SURNAMES.split()
SURNAMES = tuple(_words[::2])
_SURNAME_BOUNDS = running([float(weight) for weight in _words[1::2]])
_POPULAR_LISTS = {gender: tuple(names.split()) for gender, names in _POPULAR.items()}


def surname(stream: Stream) -> str:
    """Draw a surname by its frequency."""
    return stream.weighted(SURNAMES, _SURNAME_BOUNDS)


def given(stream: Stream, gender: str, year: int) -> str:
    """Draw a given name: popular ones often, one character rather before 2000, a rare character seldom."""
    if stream.chance(0.003):
        return stream.pick(_RARE)
    popular = _POPULAR_LISTS[gender]
    if stream.chance(0.3):
        return popular[int(stream.draw() ** 1.6 * len(popular))]
    characters = _CHARACTERS[gender]
    first = stream.pick(characters)
    return first if stream.chance(0.25 if year < 2000 else 0.12) else first + stream.pick(characters)


def chinese(stream: Stream, gender: str, year: int) -> str:
    """Draw a whole name in characters."""
    return surname(stream) + given(stream, gender, year)


def minority(stream: Stream, gender: str) -> str:
    """Draw a name with the middle dot between own and father's name."""
    return f"{stream.pick(_MINORITY[gender])}·{stream.pick(_MINORITY['1'])}"


def latin(stream: Stream, gender: str) -> str:
    """Draw a foreign name as the residence card shows it."""
    return f"{stream.pick(_LATIN_LAST)} {stream.pick(_LATIN_FIRST[gender])}"


def common(stream: Stream, gender: str) -> str:
    """Draw one of the few names that fill every district's files: 张伟, 王芳."""
    popular = _POPULAR_LISTS[gender][:8]
    return SURNAMES[int(stream.draw() ** 2 * 12)] + stream.pick(popular)


def parts(name: str) -> tuple[str, str]:
    """Return surname and given name of a name in characters."""
    return (name[:2], name[2:]) if name[:2] in SURNAMES and len(name) > 2 else (name[:1], name[1:])


def former(name: str, stream: Stream, gender: str) -> str:
    """Return the name somebody bore before a change (曾用名): the family's, with another given name."""
    family, now = parts(name)
    before = now
    while before == now:
        before = given(stream, gender, 1970)
    return family + before


def variant(name: str, stream: Stream) -> str:
    """Return how a careless office writes the name.

    Another script (25 of 100), a like-sounding character (20), swapped (15), in Latin letters (20), a lost character.
    """
    kind = stream.draw()
    if " " in name:
        last, _, first = name.partition(" ")
        return f"{first} {last}"
    if "·" in name:
        return name.replace("·", "" if kind < 0.5 else ".")
    head, tail = parts(name)
    if kind < 0.25:
        changed = "".join(_TRADITIONAL.get(character, character) for character in name)
    elif kind < 0.45:
        changed = head + "".join(_HOMOPHONE.get(character, character) for character in tail)
    elif kind < 0.6:
        changed = tail + head
    elif kind < 0.8:
        changed = spelling.latin(head, tail)
    else:
        changed = head + tail[:-1] + "?"
    return changed if changed != name else head + tail[:-1] + "?"
