"""Chunks as an ingested report gives them: 300 characters of invented policy prose."""

from __future__ import annotations

import random

SENTENCES = (
    "区委把社区工作经费列入年度预算，每个社区每年不少于二十万元，由街道统筹使用、区财政据实拨付。",
    "针对老旧小区缺少活动场地的问题，街道盘活闲置厂房三处，改建成面积八百平方米的邻里中心。",
    "网格员按楼栋入户走访，把独居老人、困境儿童和残疾居民的需要记入台账，三天之内给出答复。",
    "驻区单位与社区签订共建协议，去年共同出资一百六十万元，修好了两条巷道和一座便民桥。",
    "试点的四个村先选出议事代表，再由代表逐户听取意见，最后在村民大会上表决资金怎么用。",
    "县里出台以奖代投办法，验收合格一个奖励一个，两年建成标准化服务站三十七个。",
    "存在的主要问题是人手紧、会议多、台账重，一名社区干部平均要填写二十多种报表。",
    "街道成立物业服务中心，对无人管理的院落实行托底服务，每户每月只收十五元。",
    "热线工单由综合指挥平台统一分派，职能部门接单以后两个小时内联系居民，当天反馈进展。",
    "各社区党组织每季度公布一次收支，居民可以在公示栏和手机上查到每一笔支出的去向。",
    "（二）整合资源，把民政、残联、文体等部门下沉的项目集中到一个大厅办理。",
    "下一步要完善考核办法，把群众满意度的分值提高到四成，让基层腾出手来做服务。",
    "培训采取跟班学习和案例教学相结合的方式，全年举办十二期，参加人员一千一百多人次。",
    "对居住分散的山区村，改用流动服务车，每月逢五逢十开到村口，现场办理社保和医保业务。",
    "党员认领微心愿活动开展以来，共收到心愿两千三百个，已经办成百分之九十二。",
    "财政部门按人口规模和服务半径测算补助，避免了过去按社区个数平均分配的做法。",
)


def policy_chunks(count: int, characters: int = 300) -> list[str]:
    """`count` different chunks of about `characters` characters, always the same ones."""
    source = random.Random(300)
    chunks = []
    for _ in range(count):
        sentences = source.sample(SENTENCES, len(SENTENCES))
        text = "".join(sentences)
        chunks.append(text[: characters + source.randint(-20, 20)])
    return chunks
