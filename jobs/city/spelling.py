"""How the city's names are spelled in Latin letters, as in a passport; written apart from the pipeline's own table.

The toneless syllable of each character that `names` draws, in the reading of names (曾 is ZENG, 覃 QIN); ü is YU as on
passports since 2012.
"""

_SYLLABLES = """
AN 安 BAI 白 BIN 斌 BO 博卜波 BU \U0002b413 CAI 蔡 CAO 曹 CHANG 常 CHAO 朝超 CHEN 晨辰陈 CHENG 成程 CHI 迟
CHU 褚 CHUN 春椿 CUI 崔翠 DA 笪 DAI 戴 DAN 丹 DE 德 DENG 邓 DING 丁 DONG 东董 DU 杜 DUAN 段 FAN 范
FANG 方芳 FEI 飞 FENG 冯凤 FU 付福符 GANG 刚 GAO 高 GE 葛 GONG 龚 GOU 苟 GU 顾 GUAN 官 GUANG 广 GUI
桂 GUO 国郭 HAI 海 HAN 含涵韩 HAO 浩皓郝 HE 何贺 HONG 宏洪红\U0002cb4e HOU 侯 HU 胡 HUA 华花 HUAI 怀 HUANG 黄
HUI 慧辉 JI 季 JIA 佳嘉家贾 JIAN 健建 JIANG 姜江蒋 JIAO 焦 JIE 杰洁 JIN 金 JING 婧晶静 JUAN 娟涓 JUN
俊军 KAI 凯 KAN 阚 KANG 康 KE 可 KONG 孔 KUN 堃 LAN 兰 LEI 磊雷 LI 丽利李立莉黎 LIANG 梁 LIAO 廖 LIN
林琳 LING 灵玲 LIU 刘柳 LONG 龙 LU 卢陆鲁 LUO 罗骆 LYU 吕 MA 马麻 MAO 毛 MEI 枚梅美 MEN \U0002b7a9 MENG 孟梦
MI 宓 MIN 敏 MING 明铭 MO 莫 NA 娜 NI 倪 NIE 聂 NING 宁 OU 欧 PAN 潘 PANG 逄 PENG 彭朋鹏 PING 平萍
PU 濮 QI 亓琪齐\U0002ca02 QIAN 倩钱 QIANG 强 QIAO 乔巧 QIN 琴秦覃 QING 庆 QIU 仇邱 RAN 然 REN 任 RONG 荣 RUI
睿 SHAN 珊 SHANG 上 SHAO 邵 SHE 佘 SHEN 沈燊申 SHENG 生胜 SHI 世史施石诗 SHU 淑 SHUAI 帅 SI 司思
SONG 宋 SU 苏 SUN 孙 TAN 谭 TANG 唐汤 TAO 涛滔陶 TIAN 天田 TING 亭婷 TONG 仝 TU 徒 WAN 万 WANG 汪王
WEI 伟卫玮韦魏 WEN 文雯 WU 吴武 XI 郗 XIA 夏霞 XIAN 冼 XIANG 向 XIAO 小晓肖 XIE 谢 XIN 心新欣 XING
邢 XIONG 熊 XIU 秀 XU 徐许 XUAN 轩 XUE 学薛雪 YA 雅 YAN 䶮严燕艳闫 YANG 杨洋阳 YAO 姚瑶 YE 叶 YI
一仪怡 YIN 尹殷 YING 瑛英颖 YONG 勇永 YU 于余俞宇尉玉羽语钰雨 YUAN 袁 YUE 岳月 YUN 云 ZE 泽 ZENG 曾
ZHAI 翟 ZHAN 占 ZHANG 张章 ZHAO 赵 ZHE 喆 ZHEN 振珍贞 ZHENG 郑 ZHI 志智芝 ZHONG 中钟 ZHOU 周 ZHU
朱祝诸 ZHUANG 庄 ZI 子梓 ZOU 邹 ZUO 左
"""

_words = _SYLLABLES.split()
_SPELLED = {
    character: syllable for syllable, alike in zip(_words[::2], _words[1::2], strict=True) for character in alike
}


def latin(surname: str, given: str) -> str:
    """Return a name in Latin letters, surname first: 张, 志强 is ZHANG ZHIQIANG; KeyError on a character of no name."""
    return " ".join("".join(_SPELLED[character] for character in part) for part in (surname, given))
