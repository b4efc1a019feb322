"""A claim that differs from its sentence in a small sign, letter or word is never supported."""

from collections.abc import Callable

import pytest
from monshin_factcheck.core.alignment.account import Outcome, account
from monshin_factcheck.core.alignment.judge import remembering
from monshin_factcheck.core.alignment.lexicon import lexicon
from monshin_factcheck.core.decision import Decision, Verdict
from monshin_factcheck.core.rules.statement import Reader
from monshin_factcheck.core.text.words import Analyser

Check = Callable[..., Decision]
READ = remembering(Reader(Analyser()))

# Each line is a sentence with its alternatives in braces: all that it can be made to say differ from each other.
SIGNS = """
HBs抗原{(+)|(-)|(±)|}の患者に核酸アナログを投与する。
HBs抗原は{+|-|±|2+}である。
尿蛋白が{(＋)|(－)|(2＋)}の患者を再検査する。
反応は{＋|－}と判定する。
カリウムが{↑|↓|→}の場合に再検査する。
血圧{↑|↓}は中止の目安である。
血圧は{上昇→低下|低下→上昇}と経過する。
ALT{<|>|} 100 U/L以上で治療を始める。
eGFR {<|>|≦|≧} 30の患者には投与しない。
白血球数が1×10{³|⁴|⁵}/μLの患者を隔離する。
菌数は10{³|⁶|3}個である。
{Na+|Na-|Na}チャネルを遮断する。
{Na+|K+|Cl-|Ca2+}濃度を測定する。
溶液のpHは{+|-|±}0.5の範囲で変動する。
The HBs antigen is {(+)|(-)|(±)}.
Rh{(+)|(-)} blood is transfused.
A {+|-} sign marks the result of the test.
Potassium {↑|↓} is expected after treatment.
The culture is {+|-|±} after 2 days.
The count is 1 x 10{³|⁴}/μL after treatment.
1{½|¼|¾}錠を朝に服用する。
"""
LETTERS = """
{α|β}遮断薬は前立腺肥大症に用いる。
{α|β|αβ|α1|β1}遮断薬を心不全に投与する。
{γ-GTP|β-GTP|GTP}は高値である。
インターフェロン{α|β|γ}を投与する。
{アルファ|ベータ}遮断薬を投与する。
{δ|κ|μ}受容体に作用する。
{II|III|I|IV}度房室ブロックではペースメーカーを植え込む。
第{Ⅷ|Ⅸ|Ⅹ|Ⅶ}因子を補充する。
NYHA{I|II|III|IV}度の患者に投与する。
{I|II}型アレルギーである。
{1|2}型糖尿病の患者にインスリンを投与する。
ビタミン{A|B|B1|B12|C|D|E|K|}を補充する。
{A|B|C|E}型肝炎のワクチンを接種する。
Ig{A|E|G|M}が上昇する。
CYP{3A4|2D6|2C9|1A2}で代謝される。
HbA1{c|a|b|}を測定する。
{HDL|LDL}コレステロールが低下する。
{AS|AR|MS|MR|IN|ON}の患者では経過を観察する。
{T3|T4}を測定する。
{CT|MR|PET}で確認する。
The patient takes an {alpha|beta} blocker.
An {α|β} blocker is given for hypertension.
{Alpha|Beta}-blockers are stopped before surgery.
Vitamin {A|B|C|D|E|K} is given by mouth.
Hepatitis {A|B|C|E} vaccine is given.
Type {1|2} diabetes requires insulin.
Type {I|II|IV} allergy is treated with steroids.
Factor {VIII|IX|X|VII} is replaced.
Grade {I|II|III} block needs a pacemaker.
Group {A|B|O|AB} blood is transfused.
{Prednisone|Prednisolone} is given in the morning.
{クロルプロマジン|クロルプロパミド}を投与する。
{アザチオプリン|アジスロマイシン}を投与する。
{メチル|}プレドニゾロンを投与する。
"""
ENGLISH = """
The dose was reduced {to|by|from|in} 10 mg.
The dose is increased {to|by} 5 mg {each|every other|} day.
The drug is taken {with|without} food.
The drug is taken {before|after|with|without|between} meals.
The pump is switched {on|off}.
The drug is given {in|within|after|before} 2 hours of surgery.
The level should be kept {above|below|at} 7.
{Only|Not only|} adults receive the vaccine.
The vaccine is given to {adults only|adults}.
Warfarin {or|and|plus|without} aspirin is given to patients with stroke.
{No|Any|Some|All|} patients received the drug.
The drug {may|must|cannot|need not} be crushed.
{Uncontrolled|Controlled} hypertension is treated first.
{Non-smokers|Smokers} receive the vaccine.
{Inactive|Active} infection is treated.
{Unstable|Stable} angina is treated with heparin.
{In-hospital|Out-of-hospital} arrest is treated with adrenaline.
10 mg {of|per|in} 100 mL is infused.
{Each|Either|No|Every} tablet contains 5 mg.
Blood is drawn {from|into} the line.
The tube is placed {in|on|under|over|into} the arm.
The drug is taken {at|before|until} night.
Stop the drug {if|unless|until|when} the rash appears.
The drug is taken {for|from|until|by} 5 days.
Insulin is given {up to|} 10 units.
The risk is {no|} higher with the drug.
The drug is not given {or|and} the test is repeated.
The drug is given {as|} needed.
The infusion runs {over|under} 30 minutes.
Give 10 mg {to|from} the mother.
Ultrasound is {not|} recommended.
The maximum dose {may be|must be|is|is not} 3,000 mg.
"""
JAPANESE = """
アムロジピンを10 mg{に|ずつ|}減量する。
アムロジピンを10 mg{に|まで|から|ずつ|}増量する。
アムロジピンを10 mg{ずつ|だけ|まで|から}投与する。
プレドニゾロンは10 mg{から|まで|で|ずつ}開始する。
プレドニゾロンを2週間{ごと|おき|後|以内}に減量する。
{1回|1日|1週|初回|}10 mgを投与する。
10 mg{/日|/回|/時間|/kg|}を投与する。
{1回|1日|}2錠{ずつ|}を服用する。
{.|}5 mgを投与する。
{0|1}.5 mgを投与する。
{1|2|}.5 mgを投与する。
5 mg{以上|以下|未満|超|}を投与する。
用量は5 mg{以上|以下|未満|超|}である。
5 mg{を超えて|を超えず}投与する。
{食前|食後|食間}に服用する。
妊婦{のみ|以外|}に投与する。
朝{だけ|も|まで|から}服用する。
発疹が出る{まで|から|前に|後に}投与する。
{アスピリンまたは|アスピリンおよび|アスピリンか}ヘパリンを投与する。
出血が{ある|ない}患者に投与する。
{有|無}症状の患者を治療する。
{非|}弁膜症性心房細動に投与する。
{不|}安定狭心症に投与する。
{再|}発熱した患者を診る。
{未|既}治療の患者に投与する。
投与{前|後|中}に血圧を測定する。
投与を中止{する|しない|してよい|しなくてよい}。
薬剤を使用{することがある|してはならない|する}。
{第1|第2}世代の薬剤を投与する。
1日1回{朝|夕}に投与する。
妊娠{中|後|前}は禁忌である。
10 mgを1日{2回|2回まで|2回以上}投与する。
3日{間|おきに|ごとに|目に}投与する。
5 mg増量{し|せず}経過をみる。
薬剤{を|に}患者が反応する。
患者{の|と}家族に説明する。
腎臓{の|と}動脈を切除する。
妊婦{に|の|と}検査を行う。
手術{で|の|に}出血が増える。
ワルファリン{と|や|の}アスピリンを併用する。
"""
POSITIONS = """
{アスピリンではなくヘパリン|ヘパリンではなくアスピリン}を投与する。
{アスピリンに有効でヘパリンに無効|ヘパリンに有効でアスピリンに無効|アスピリンに無効でヘパリンに有効}である。
{高血圧は適応だが喘息は禁忌|喘息は適応だが高血圧は禁忌}である。
{アスピリンはヘパリンの作用を増強|ヘパリンはアスピリンの作用を増強}する。
{ワルファリンがアスピリンを阻害|アスピリンがワルファリンを阻害}する。
{ワルファリンは|ワルファリンを|ワルファリンに}阻害する。
{母親が子ども|子どもが母親}に感染させる。
{アムロジピンは高血圧、ニトログリセリンは狭心症|アムロジピンは狭心症、ニトログリセリンは高血圧}に用いる。
{細菌には有効でウイルスには無効|ウイルスには有効で細菌には無効}である。
{肝臓で代謝され腎臓で排泄|腎臓で代謝され肝臓で排泄}される。
{ワルファリンを中止しヘパリンを開始|ヘパリンを中止しワルファリンを開始}する。
{ワルファリンからヘパリンに|ヘパリンからワルファリンに}切り替える。
ワルファリンは{朝は5 mg、夕は3 mg|朝は3 mg、夕は5 mg}を投与する。
{α遮断薬は朝、β遮断薬は夕|β遮断薬は朝、α遮断薬は夕}に服用する。
HBs抗原{(+)、HBs抗体(-)|(-)、HBs抗体(+)}の患者を診る。
{Aspirin, not heparin,|Heparin, not aspirin,} is given.
{Aspirin is given and heparin is not given|Heparin is given and aspirin is not given}.
{Warfarin inhibits aspirin|Aspirin inhibits warfarin}.
{Aspirin replaces heparin|Heparin replaces aspirin}.
The dose is {5 mg in the morning and 10 mg in the evening|10 mg in the morning and 5 mg in the evening}.
The drug is {effective against bacteria but not viruses|effective against viruses but not bacteria}.
{The mother infects the child|The child infects the mother}.
"""


def sayings(line: str) -> list[str]:
    """All that a line with alternatives can say."""
    before, brace, rest = line.partition("{")
    if not brace:
        return [line]
    choices, _, after = rest.partition("}")
    return [before + choice + end for choice in choices.split("|") for end in sayings(after)]


GROUPS = [
    sayings(line) for text in (SIGNS, LETTERS, ENGLISH, JAPANESE, POSITIONS) for line in text.strip().splitlines()
]


def test_there_are_enough_pairs_to_tell() -> None:
    assert sum(len(group) * (len(group) - 1) for group in GROUPS) >= 600


@pytest.mark.parametrize(("picture", "verdict"), [("😀", Verdict.SUPPORTED), ("🚫", Verdict.NOT_ENOUGH_EVIDENCE)])
def test_a_smiley_says_nothing_and_other_pictures_may(check: Check, picture: str, verdict: Verdict) -> None:
    told = "ワルファリンを投与する。"
    assert check(told, picture + told).verdict is verdict


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_no_other_sign_is_supported_by_the_rules(check: Check, group: list[str]) -> None:
    agreed = [
        (claim, source)
        for claim in group
        for source in group
        if claim != source and check(claim, source).verdict in (Verdict.SUPPORTED, Verdict.CONFLICTING)
    ]
    assert agreed == []


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_no_other_sign_is_said_as_alignment_reads_it(group: list[str]) -> None:
    agreed = [
        (claim, source)
        for claim in group
        for source in group
        if claim != source and account(READ(claim), READ(source), [], lexicon()).outcome is Outcome.SAYS
    ]
    assert agreed == []


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_each_is_supported_by_itself(check: Check, group: list[str]) -> None:
    """Else the tests above would pass by never supporting anything."""
    assert [claim for claim in group if check(claim, claim).verdict is not Verdict.SUPPORTED] == []
