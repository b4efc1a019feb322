"""What people do to things: there は may stand for を, elsewhere it hides who does what to whom."""

from monshin_factcheck.core.rules.statement import Statement, Unit

_ACTS = frozenset(
    {
        "投与", "使用", "用いる", "処方", "内服", "服用", "服薬", "飲む", "摂取", "食べる", "接種", "注射", "点滴",
        "塗る", "貼る", "開始", "始める", "継続", "続ける", "中止", "中断", "止める", "休薬", "休む", "再開", "減量",
        "減らす", "増量", "増やす", "変更", "変える", "切り替える", "追加", "加える", "併用", "調整", "調節", "行う",
        "実施", "施行", "測定", "測る", "計る", "検査", "調べる", "確認", "確かめる", "評価", "観察", "記録", "報告",
        "説明", "指示", "検討", "考慮", "選択", "選ぶ", "推奨", "勧める", "保管", "保存", "廃棄", "捨てる", "交換",
        "洗浄", "洗う", "消毒", "切除", "摘出", "挿入", "抜去", "外す", "付ける", "入れる", "取り除く", "冷やす",
        "温める", "use", "give", "administer",
    }
)  # fmt: skip


def is_done_by_people(statement: Statement, unit: Unit) -> bool:
    """Whether the predicate of a unit's clause is such an act, or nothing but a cue: ワルファリンは避ける.

    ワルファリンは阻害する is not: ワルファリンを阻害する says something else.
    """
    last = max((other for other in statement.units if other.clause == unit.clause), key=lambda other: other.span)
    return last.span == unit.span or bool(_ACTS & {last.key, *last.forms})
