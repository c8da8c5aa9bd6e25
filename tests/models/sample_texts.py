"""Texts to hold the encoder against the wheel: short, varied, written for this purpose."""

from __future__ import annotations

import random

CHINESE = (
    "社区办公用房经费由县财政列入年度预算，按每个社区每年十万元拨付。",
    "街道党工委牵头，驻区单位共同出资，解决了老旧小区活动场地不足的问题。",
    "各村（社区）书记每季度向镇党委述职一次。",
    "网格员每天入户走访，登记独居老人、残疾人和困境儿童的需求。",
    "以奖代投，建成一个奖励一个，调动了基层的积极性。",
    "服务中心面积不低于三百平方米，设一站式大厅。",
    "二、主要做法",
    "（一）强化组织领导",
    "存在的问题是：人员少、任务重、待遇低。",
    "区委组织部会同民政局、财政局印发实施意见。",
    "第三条 居民委员会的工作经费和来源，由人民政府规定并拨付。",
    "接诉即办热线全年受理群众诉求四千六百余件，办结率百分之九十八。",
    "物业公司退出以后，楼道没人打扫，垃圾堆了半个月。",
    "党员认领微心愿，为老人买药、修灯、理发。",
    "试点先行，分三年推开。",
    "效劳群众、开展经济、根底设施。",
    "20230名志愿者参加了活动，投入资金近202300万元。",
    "××市××区**街道",
)
ENGLISH = (
    "How did other districts fund community offices?",
    "The county set aside 24 million yuan for neighbourhood centres.",
    "Grid workers visit elderly residents who live alone.",
    "Subsidies are paid after acceptance, not before.",
    "A one-stop hall of at least 300 m2",
    "Party members took up 1,200 small wishes in 2021.",
    "It's the residents' own committee; nobody else's.",
    "state-of-the-art e-government",
    "Funding, staffing & premises: three gaps",
    "OK",
)
MIXED = (
    "PPP 模式引入社会资本2.5亿元。",
    "使用App“随手拍”上报问题，24h内responded。",
    "12345热线+网格化=“接诉即办”",
    "依托 Wi-Fi 和 5G 建设智慧社区（Smart Community）。",
    "A区3#楼2单元",
    "详见http://www.example.gov.cn/art/2021/6/30/art_1.html",
    "GB/T 7714—2025《信息与文献》",
    "人均3.6㎡，覆盖率≥95%",
)
ODD = (
    "",
    " ",
    "   ",
    "\t\n\r\n",
    "\u3000\u3000全角空格开头",
    "中间    有    许多   空格",
    "ＡＢＣ１２３，．！？（全角）",
    "ｶﾀｶﾅ半角ガ",
    "①②③㈠㈡Ⅳ½㎡℃㏄",
    "😀",
    "社区😀👍🏽服务👨‍👩‍👧",
    "🇨🇳🇫🇷",
    "控制\x01字符\x07在\x7f里\x85面",
    "零宽\u200b空格\u200d和\ufeff标记",
    "行\u2028段\u2029分隔",
    "é 与 e\u0301、ñ 与 n\u0303",
    "ﬁnance ﬂow ﬀ",
    "Привет, мир!",
    "日本語のテキストです。",
    "한국어 문장입니다.",
    "مرحبا بالعالم",
    "สวัสดีชาวโลก",
    "Ελληνικά και עברית",
    "𠀀𠮷𡃁生僻字龘靐",
    "\ue000\uf8ff私用区",
    "▁下划线▁",
    "<s>标记</s><pad><unk><mask>",
    "passage: query: 前缀",
    "……——“”‘’《》〈〉【】",
    "|表格|单元格|100|",
    "1234567890123456789012345678901234567890",
    "繁體字：臺灣社區營造",
    "a\u0300\u0301\u0302\u0303",
    "�替换字符�",
    "\u202e从右到左\u202c",
)  # fmt: skip


def sample_texts(count: int = 200) -> list[str]:
    """`count` different texts: all of the above, then some joined at random, always the same."""
    source = random.Random(20261122)
    texts = list(dict.fromkeys((*CHINESE, *ENGLISH, *MIXED, *ODD)))
    while len(texts) < count:
        kinds = source.choice([(CHINESE,), (ENGLISH,), (CHINESE, ENGLISH, MIXED), (CHINESE, MIXED, ODD)])
        parts = [source.choice(source.choice(kinds)) for _ in range(source.randint(2, 3))]
        text = source.choice(["", " ", "\n"]).join(parts)[source.randint(0, 4) :]
        if text not in texts:
            texts.append(text)
    return texts[:count]
