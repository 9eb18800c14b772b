"""Shape of the text: suffixes, anchors, headings, lists and tables."""

from sopbook.check import Example, Rule
from sopbook.locales import Text
from sopbook.places import Severity

_PROCEDURE = "sop/office/OF-CX-01.md"

RULES = (
    Rule(
        code="SOP201",
        name="suffix-unknown",
        severity=Severity.ERROR,
        title=Text("花括号中有不认识的词", "unknown word in a braces suffix"),
        message=Text("“{key}”在这里没有意义", '"{key}" means nothing here'),
        remedy=Text(
            "可用的词见 docs/source-format.md。", "The words that may stand here are in docs/source-format.md."
        ),
        why=Text(
            "花括号里的责任岗位、时限和表单会进入岗位清单和检查，拼错就丢了。",
            "Responsible, time limit and form in the suffix feed the role pages and the checks; misspelt, they are lost.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("within=10m form=OF-BD-01}", "within=10m form=OF-BD-01}"),
            bad=Text("witin=10m form=OF-BD-01}", "witin=10m form=OF-BD-01}"),
        ),
    ),
    Rule(
        code="SOP202",
        name="suffix-value",
        severity=Severity.ERROR,
        title=Text("花括号中的值不对", "wrong value in a braces suffix"),
        message=Text("{key} 的值“{value}”不对", 'the value "{value}" of {key} is wrong'),
        remedy=Text("应写：{expected}。", "Write {expected}."),
        why=Text(
            "值要能被表单、日历和试题使用，写法必须确定。",
            "Forms, the calendar and quizzes work with the value, so its spelling has to be certain.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("checklist=OF-JC-01 frequency=每日", "checklist=OF-JC-01 frequency=daily"),
            bad=Text("checklist=OF-JC-01 frequency=有空时", "checklist=OF-JC-01 frequency=sometimes"),
        ),
    ),
    Rule(
        code="SOP203",
        name="suffix-misplaced",
        severity=Severity.WARNING,
        title=Text("花括号放错了位置", "braces suffix in the wrong place"),
        message=Text("花括号在这里不起作用，按普通文字显示", "the suffix has no effect here and is shown as text"),
        remedy=Text(
            "放到步骤、检查项、字段、题目或标题所在行的标题之后。",
            "Put it on the line of the step, item, field, question or heading it describes, behind the title.",
        ),
        why=Text(
            "写在正文中间的花括号不属于任何步骤，它要说明的责任或时限就没有了。",
            "A suffix in running text belongs to no step, so what it says about responsibility or time is lost.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("快递员把快件送到前台。", "A courier brings parcels to the reception desk."),
            bad=Text(
                "快递员把快件送到前台。{within=10m}", "A courier brings parcels to the reception desk. {within=10m}"
            ),
        ),
    ),
    Rule(
        code="SOP204",
        name="duplicate-anchor",
        severity=Severity.ERROR,
        title=Text("同一文件内标识重复", "anchor used twice in a document"),
        message=Text("标识 #{text} 已在第 {first} 行使用", "#{text} is already used on line {first}"),
        remedy=Text("换一个本文件内没有用过的标识。", "Choose one that the document does not use yet."),
        why=Text(
            "链接、试题和培训记录靠标识找到步骤；重复了就可能指向别的步骤。",
            "Links, questions and training records find a step by its anchor; with two of them they may find the wrong one.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("**日终检查** {#close", "**Close the day** {#close"),
            bad=Text("**日终检查** {#notify", "**Close the day** {#notify"),
        ),
    ),
    Rule(
        code="SOP205",
        name="heading-order",
        severity=Severity.WARNING,
        title=Text("标题层级跳级", "heading out of order"),
        message=Text("标题是 {level} 级，跳过了上一级", "the heading is of level {level}, which skips one"),
        remedy=Text("改用 {right}。", "Use {right}."),
        why=Text(
            "目录、读屏软件和 Word 导航窗格都靠层级；文件标题在文件头里，正文从 ## 开始。",
            "Contents, screen readers and Word's navigation pane follow the levels. The document's title is in the front "
            "matter, so the body begins with ##.",
        ),
        example=Example(
            file="sop/office/OF-JC-01.md", good=Text("### 库存", "### Stock"), bad=Text("#### 库存", "#### Stock")
        ),
    ),
    Rule(
        code="SOP206",
        name="duplicate-section",
        severity=Severity.ERROR,
        title=Text("章节重复", "section given twice"),
        message=Text("“{title}”已在第 {first} 行出现", '"{title}" already stands on line {first}'),
        remedy=Text("合并为一节，或改用不同的标题。", "Merge the two, or give one another title."),
        why=Text(
            "第二个“程序”里的步骤不会被当作步骤，只会按普通文字显示。",
            "The steps of a second Steps section would be shown as plain text, not as steps.",
        ),
        example=Example(file=_PROCEDURE, good=Text("## 例外", "## Exceptions"), bad=Text("## 验收", "## Acceptance")),
    ),
    Rule(
        code="SOP207",
        name="title-not-bold",
        severity=Severity.WARNING,
        title=Text("条目没有加粗的标题", "item without a bold title"),
        message=Text("条目应以加粗的标题开头", "the item does not begin with a bold title"),
        remedy=Text(
            "写成 1. **标题** {{#id …}}，正文另起一行。", "Write 1. **Title** {{#id …}} and the text on the next line."
        ),
        why=Text(
            "标题出现在目录、搜索结果、岗位清单和试题中；没有标题就只能用整句代替。",
            "The title is what contents, search, role pages and questions show; without one they show a whole sentence.",
        ),
        example=Example(
            file=_PROCEDURE,
            good=Text("1. **清点登记** {#register", "1. **Count and register** {#register"),
            bad=Text("1. 清点登记 {#register", "1. Count and register {#register"),
        ),
    ),
    Rule(
        code="SOP208",
        name="unknown-column",
        severity=Severity.ERROR,
        title=Text("表格有不认识的列", "unknown column in a table"),
        message=Text(
            "不认识的列“{column}”，其内容不会显示", 'unknown column "{column}"; what stands in it is not shown'
        ),
        remedy=Text("可用的列：{known}。", "Known columns: {known}."),
        why=Text(
            "修订、术语和联络表按列名读取；列名不对，整列内容就丢了。",
            "Revisions, terms and contacts are read by the names of their columns; under another name a column is lost.",
        ),
        example=Example(
            file="sop/office/OF-CK-01.md",
            good=Text("| 术语 | 同义词 | 解释 |", "| Term | Synonyms | Meaning |"),
            bad=Text("| 术语 | 俗称 | 解释 |", "| Term | Slang | Meaning |"),
        ),
    ),
    Rule(
        code="SOP209",
        name="content-missing",
        severity=Severity.ERROR,
        title=Text("缺少这类文件必须有的内容", "document without its main content"),
        message=Text("“{section}”一节没有内容", 'there is nothing in the section "{section}"'),
        remedy=Text(
            "加上 ## {section}，程序用有序列表，检查表用任务列表，表单用字段列表或表格，题库用有序列表。",
            "Add ## {section} with an ordered list (steps, questions), a task list (items), or a list or table (fields).",
        ),
        why=Text(
            "没有步骤的程序、没有检查项的检查表、没有字段的表单，读的人用不上。",
            "Nobody can use a procedure without steps, a checklist without items or a form without fields.",
        ),
        example=Example(
            file="sop/office/OF-TK-01.md", good=Text("## 题目", "## Questions"), bad=Text("## 试题", "## Quiz")
        ),
    ),
    Rule(
        code="SOP210",
        name="choice-without-options",
        severity=Severity.ERROR,
        title=Text("选择字段没有选项", "choice without options"),
        message=Text("“{label}”是选择字段，但选项不足两个", '"{label}" is a choice with fewer than two options'),
        remedy=Text("写 options=甲/乙，或在下面列出选项。", "Write options=one/other, or list the options below it."),
        why=Text("没有选项，填表的人无从勾选。", "Without options there is nothing to tick."),
        example=Example(
            file="sop/office/OF-BD-01.md",
            good=Text("type=choice options=完好/破损", "type=choice options=sound/damaged"),
            bad=Text("type=choice", "type=choice"),
        ),
    ),
)
