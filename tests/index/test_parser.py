"""Text to a policy: sections that lose nothing, header, title, issuing body, recipients."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.facts import annotate
from index.parser import display_name, parse
from index.policy import Policy

LINES = st.one_of(
    st.sampled_from(
        [
            "",
            "  ",
            "　　",
            "---",
            "## ",
            "某市人民政府关于印发《示范办法》的通知",
            "# 示范办法",
            "索引号\t123/2024-1\t主题分类\t通知",
            "索 引 号：123　　发文机关： 某市政府",
            "| 文号 | 某政〔2024〕1号 | 发布日期 | 2024年8月2日 |",
            "**（一）壮大产业。** 说明。",
            "2. **加粗。**",
            "各县（区）人民政府，市政府各部门：",
            "一、总体要求",
            "## 二、任务",
            "#### （一）壮大产业。到2025年，达到20家（市财政局牵头）。",
            "（二）只有一句话",
            "1. 做一件事。说明。",
            "１．全角数字",
            "（1）小项；",
            "① 更小的项",
            "第一编 总则",
            "第一章 总　则",
            "第一章　　总　　则",
            "## 第三章   附    则",
            "1. 申请表　　　原件　　　2份",
            "第二节 监督",
            "第三条 为了规范，制定本办法。",
            "第四条第二款规定的除外。",
            "**第五条** 加粗的条。",
            "牵头单位：市财政局；配合单位：市商务局",
            "没有标记的一段话，说明了情况。",
            "某市人民政府",
            "2024年8月2日",
            "（此件公开发布）",
            "公开方式：主动公开",
        ]
    ),
    st.text(max_size=30),
)
SOURCES = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\n\n", " \n", ""])), max_size=25).map(
    lambda lines: "".join(text + end for text, end in lines)
)

NOTICE = """# 某市人民政府办公室关于印发示范产业行动方案的通知

索引号\t6100-2024-7\t主题分类\t通知
发文字号\t某政办发〔2024〕7号\t成文日期\t2024年5月6日

各县（区）人民政府，市政府各部门：

《示范产业行动方案》已经市政府同意，现印发给你们，请认真贯彻执行。

某市人民政府办公室

2024年5月6日

## 示范产业行动方案

为推动示范产业发展，制定本方案。

### 一、总体要求

坚持创新驱动。

## 二、重点任务

（一）壮大集群。聚焦重点领域，延长链条。

#### （二）培育企业

1. 支持做强。建立培育库。

2. 引导做优。开展评定。

### 三、保障措施

加强组织领导。
"""

REGULATION = """某市示范管理办法

第一章　总　则

第一条 为了规范示范管理，制定本办法。

第二条 本办法所称示范，是指下列情形：

（一）经认定的；

（二）经备案的。

第二章　监督管理

第一节 检查

第三条 市示范主管部门依照第一条、第二条的规定检查。
第一条第二款规定的情形除外。

第四条【责任】违反本办法的，依法处理。
"""


def assert_tiles(policy: Policy) -> None:
    """Every character of the source is in exactly one section, in order."""
    position = 0
    for number, section in enumerate(policy.sections):
        assert section.id == number
        assert section.start == position
        assert section.start <= section.body_start <= section.end
        assert section.start < section.end or not policy.source
        assert section.parent is None or section.parent < number
        position = section.end
    assert position == len(policy.source)


@given(SOURCES)
def test_sections_tile_any_source(source: str) -> None:
    policy = parse(source, "any")
    assert_tiles(policy)
    assert "".join(source[section.start : section.end] for section in policy.sections) == source


@given(SOURCES)
def test_the_tree_and_the_header_are_consistent_for_any_source(source: str) -> None:
    policy = parse(source, "any")
    assert policy.title
    for section in policy.sections:
        if section.level:
            parent = policy.sections[section.parent] if section.parent is not None else None
            assert section.level == (parent.level + 1 if parent else 1)
            assert section.path[: len(parent.path) if parent else 0] == (parent.path if parent else ())
        assert section.marker in source[section.start : section.body_start]
    for field in policy.header:
        assert source[field.start : field.end] == field.value


def test_sections_tile_the_plan(hanzhong: Policy) -> None:
    assert_tiles(hanzhong)


def test_header_of_the_plan(hanzhong: Policy) -> None:
    assert {field.label: field.value for field in hanzhong.header} == {
        "索引号": "6107000010/2024-004485",
        "主题分类": "通知",
        "发文机构": "市政府网站",
        "来源": "市政府办",
        "有效性": "有效",
        "发文时间": "2024年08月02日 09:11",
        "发文字号": "汉政办发〔2024〕11号",
        "发布时间": "2024年08月08日 08:27",
        "内容概述": hanzhong.title + "。",
    }
    assert all(hanzhong.source[field.start : field.end] == field.value for field in hanzhong.header)


def test_title_issuer_and_recipients_of_the_plan(hanzhong: Policy) -> None:
    assert hanzhong.title == (
        "汉中市人民政府办公室关于印发深入推进新型工业化加快构建具有汉中特色的现代工业产业体系实施方案的通知"
    )
    assert hanzhong.issuer == "汉中市人民政府办公室"  # not 市政府网站, which the portal's header names
    assert hanzhong.recipients == (
        "各县（区）人民政府，汉中经济技术开发区、兴汉新区、航空经济技术开发区管委会，市人民政府各工作部门、直属事业单位"
    )


def test_section_tree_of_the_plan_follows_the_markers_not_the_markdown(hanzhong: Policy) -> None:
    tree = [section for section in hanzhong.sections if section.level]
    assert [section.marker for section in tree if section.level == 1] == ["一、", "二、", "三、", "四、"]
    assert [section.marker for section in tree if section.level == 3] == [f"{n}." for n in range(1, 16)]
    green = next(section for section in tree if section.marker == "8.")
    assert green.heading == "推动绿色低碳转型"
    assert green.path == ("三、主要措施", "（三）加快智能化绿色化升级", "8. 推动绿色低碳转型")
    # （二） is ## where its sister （一） is ####, and 1. has no # at all
    second = next(section for section in tree if section.heading == "梯度培育优质企业")
    assert (second.level, second.path[0]) == (2, "三、主要措施")
    body = hanzhong.source[green.body_start : green.end]
    assert body.startswith("实施工业领域碳达峰试点示范工程") and body.rstrip().endswith("配合）。")


def test_a_notice_with_its_attachment() -> None:
    policy = parse(NOTICE, "notice")
    assert_tiles(policy)
    assert policy.title == "某市人民政府办公室关于印发示范产业行动方案的通知"
    assert policy.issuer == "某市人民政府办公室"
    assert policy.recipients == "各县（区）人民政府，市政府各部门"
    assert [section.path for section in policy.sections if section.level] == [
        ("一、总体要求",),
        ("二、重点任务",),
        ("二、重点任务", "（一）壮大集群"),
        ("二、重点任务", "（二）培育企业"),
        ("二、重点任务", "（二）培育企业", "1. 支持做强"),
        ("二、重点任务", "（二）培育企业", "2. 引导做优"),
        ("三、保障措施",),
    ]
    assert (field := policy.field("文号", "发文字号")) and field.value == "某政办发〔2024〕7号"
    assert policy.field("失效日期") is None


def test_a_heading_may_share_its_line_with_its_text() -> None:
    policy = parse(NOTICE, "notice")
    section = next(s for s in policy.sections if s.heading == "壮大集群")
    assert policy.source[section.body_start : section.end].strip() == "聚焦重点领域，延长链条。"


def test_a_regulation() -> None:
    policy = parse(REGULATION, "regulation")
    assert_tiles(policy)
    assert policy.title == "某市示范管理办法"
    assert [section.path for section in policy.sections if section.level] == [
        ("第一章 总则",),
        ("第一章 总则", "第一条"),
        ("第一章 总则", "第二条"),
        ("第一章 总则", "第二条", "（一）"),
        ("第一章 总则", "第二条", "（二）"),
        ("第二章 监督管理",),
        ("第二章 监督管理", "第一节 检查"),
        ("第二章 监督管理", "第一节 检查", "第三条"),
        ("第二章 监督管理", "第一节 检查", "第四条 责任"),
    ]


def test_chapters_whose_letters_stand_apart_are_chapters() -> None:
    lines = [
        "第一章　　总　　则",
        "第一条　甲。",
        "## 第二章   职    责",
        "第二条　乙。",
        "第三章　　附　　则",
        "第三条　丙。",
    ]
    policy = parse("某市示范办法\n\n" + "\n\n".join(lines) + "\n", "a")
    paths = [section.path for section in policy.sections if section.level]
    assert paths == [
        ("第一章 总则",),
        ("第一章 总则", "第一条"),
        ("第二章 职责",),
        ("第二章 职责", "第二条"),
        ("第三章 附则",),
        ("第三章 附则", "第三条"),
    ]


def test_a_numbered_list_in_columns_is_a_list() -> None:
    papers = [
        "1. 申请表　　　原件　　　2份",
        "2. 身份证　　　复印件　　　1份",
        "3. 承诺书　　　原件　　　1份",
    ]
    policy = parse("一、材料\n\n申请人提交下列材料：\n" + "\n".join(papers) + "\n", "a")
    assert [section.marker for section in policy.sections] == ["一、", "1.", "2.", "3."]


def test_a_reference_to_an_article_opens_no_section() -> None:
    policy = parse(REGULATION, "regulation")
    third = next(section for section in policy.sections if section.marker == "第三条")
    assert "第一条第二款规定的情形除外。" in policy.source[third.start : third.end]


def test_text_without_markers_becomes_paragraphs() -> None:
    paragraphs = ["示范工作说明", "第一段话说明了情况。", "第二段话提出了要求。", "第三段话作了总结。"]
    policy = parse("\n\n".join(paragraphs), "plain")
    assert_tiles(policy)
    assert [policy.source[s.start : s.end].strip() for s in policy.sections] == paragraphs
    assert policy.title == "示范工作说明"


def test_markdown_headings_count_where_there_are_no_markers() -> None:
    policy = parse(
        "# 示范工作规划\n\n## 背景\n\n一段话。\n\n### 现状\n\n又一段话。\n\n## 措施\n\n再一段话。\n", "md"
    )
    assert_tiles(policy)
    assert policy.title == "示范工作规划"
    texts = {s.heading: policy.source[s.body_start : s.end].strip() for s in policy.sections if s.heading}
    assert texts["背景"] == "一段话。" and texts["现状"] == "又一段话。" and texts["措施"] == "再一段话。"


def test_header_fields_in_the_colon_layout() -> None:
    source = (
        "索 引 号： 11610000/2024-3　　发文机关： 某市人民政府\n"
        "标　　题： 某市人民政府关于示范工作的意见\n"
        "发文字号： 某政发〔2024〕3号\t\t发布日期：2024年1月2日\n\n"
        "某市人民政府关于示范工作的意见\n\n各县人民政府：\n\n一、总体要求\n\n坚持示范。\n"
    )
    policy = parse(source, "colon")
    assert {field.label: field.value for field in policy.header} == {
        "索引号": "11610000/2024-3",
        "发文机关": "某市人民政府",
        "标题": "某市人民政府关于示范工作的意见",
        "发文字号": "某政发〔2024〕3号",
        "发布日期": "2024年1月2日",
    }
    assert all(source[field.start : field.end] == field.value for field in policy.header)
    assert policy.title == "某市人民政府关于示范工作的意见"
    assert policy.recipients == "各县人民政府"


def test_a_document_number_on_a_line_of_its_own_is_a_field() -> None:
    source = (
        "某市人民政府关于示范工作的意见\n某政发〔2024〕3号\n\n各县人民政府：\n\n一、总体要求\n\n坚持示范。\n"
    )
    field = parse(source, "number").field("发文字号")
    assert field and field.value == source[field.start : field.end] == "某政发〔2024〕3号"


def test_fields_behind_the_signature_are_read_and_the_signature_stands_apart() -> None:
    source = "某市财政局关于示范工作的通知\n\n一、任务\n\n完成示范。\n\n某市财政局\n2024年1月2日\n公开方式：主动公开\n"
    policy = parse(source, "tail")
    assert_tiles(policy)
    assert policy.issuer == "某市财政局"
    assert (field := policy.field("公开方式")) and field.value == "主动公开"
    assert policy.sections[-1].level == 0
    assert source[policy.sections[-1].start :].startswith("某市财政局\n2024年")


def test_a_title_broken_over_two_lines_is_one() -> None:
    source = "某市人民政府办公室关于推动示范产业\n高质量发展的实施意见\n\n各县人民政府：\n\n一、任务\n\n完成示范。\n"
    assert parse(source, "broken").title == "某市人民政府办公室关于推动示范产业高质量发展的实施意见"


def test_display_names() -> None:
    assert display_name("三、", "主要措施") == "三、主要措施"
    assert display_name("8.", "推动绿色低碳转型") == "8. 推动绿色低碳转型"
    assert display_name("第一章", "总　则") == "第一章 总则"
    assert display_name("第五条", "") == "第五条"


def test_a_header_in_bold() -> None:
    source = "**发文字号：** 某政发〔2025〕1号　**发布日期：** 2025年1月1日\n\n# 某某市关于测试的通知\n\n各区：\n\n正文。\n"
    policy = parse(source, "bold")
    assert [(field.label, field.value) for field in policy.header] == [
        ("发文字号", "某政发〔2025〕1号"),
        ("发布日期", "2025年1月1日"),
    ]
    assert all(policy.source[field.start : field.end] == field.value for field in policy.header)


def test_a_header_in_a_markdown_table() -> None:
    source = (
        "# 某某市关于测试的通知\n\n| 登记编号 | 7 | **文号** | 某政发〔2025〕1号 |\n|---|---|---|---|\n"
        "| 发布日期： | 2025年1月1日 | 有效性 | 有效 |\n\n各区：\n\n正文。\n"
    )
    policy = parse(source, "table")
    assert [(field.label, field.value) for field in policy.header] == [
        ("登记编号", "7"),
        ("文号", "某政发〔2025〕1号"),
        ("发布日期", "2025年1月1日"),
        ("有效性", "有效"),
    ]
    assert all(policy.source[field.start : field.end] == field.value for field in policy.header)


def test_a_heading_in_bold_that_shares_its_line_with_its_text() -> None:
    source = "# 某市关于测试的通知\n\n一、任务\n\n**（一）壮大集群。** 延长链条。\n\n1. **补齐短板：** 建设平台。\n"
    policy = parse(source, "bold")
    found = {
        section.heading: policy.source[section.body_start : section.end].strip()
        for section in policy.sections
    }
    assert found["壮大集群"] == "延长链条。" and found["补齐短板"] == "建设平台。"
    assert_tiles(policy)


def test_plain_paragraphs_below_a_markdown_title_become_sections() -> None:
    text = "各区人民政府：\n\n市教育局负责校车管理，市公安局配合。\n\n到2025年，新增校车50辆。\n"
    for source in (text, f"# 某某市关于校车的通知\n\n{text}"):
        policy = annotate(parse(source, "plain"))
        assert_tiles(policy)
        assert len(policy.duties) == 2 and len(policy.targets) == 1
