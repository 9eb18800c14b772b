"""Files that cannot be read as documents: bytes, size, front matter."""

from sopbook.check import Example, Rule
from sopbook.locales import Text
from sopbook.places import Severity

RULES = (
    Rule(
        code="SOP101",
        name="unreadable-file",
        severity=Severity.ERROR,
        title=Text("文件无法读取", "file cannot be read"),
        message=Text("无法读取：{reason}", "cannot be read: {reason}"),
        remedy=Text("另存为不超过 1 MB 的 UTF-8 纯文本。", "Save it as plain UTF-8 text of at most 1 MB."),
        why=Text(
            "编码错误、超大或嵌套过深的文件无法可靠地编译；与其丢掉内容，不如停下来说明。",
            "A file in another encoding, of enormous size or nested beyond reason cannot be compiled reliably; "
            "better to say so than to lose part of it.",
        ),
        words={
            "utf-8": Text("不是 UTF-8 编码", "not UTF-8"),
            "size": Text("文件超过 1 MB", "larger than 1 MB"),
            "line": Text("有一行超过 20000 字", "a line of more than 20,000 characters"),
            "nesting": Text("列表或引用嵌套超过 40 层", "lists or quotes nested more than 40 deep"),
            "os": Text("操作系统拒绝读取", "the operating system refuses"),
        },
    ),
    Rule(
        code="SOP102",
        name="front-matter-missing",
        severity=Severity.ERROR,
        title=Text("没有文件头", "no front matter"),
        message=Text(
            "文件不以 --- 之间的文件头开始", "the file does not begin with front matter between two lines ---"
        ),
        remedy=Text(
            "在第一行写 ---，随后写编号、类别、标题等，再以 --- 结束；“sopbook new”可生成。",
            "Begin with ---, then id, kind, title and so on, and close with ---; `sopbook new` makes one.",
        ),
        why=Text(
            "编号、版本、生效日期和批准人决定一份文件是否受控；没有文件头就不知道它是什么。",
            "Number, version, effective date and approver make a document a controlled one; without front matter "
            "nobody knows what it is.",
        ),
        example=Example(
            file="sop/office/OF-CK-01.md",
            good=Text("---\nid: OF-CK-01", "---\nid: OF-CK-01"),
            bad=Text("id: OF-CK-01", "id: OF-CK-01"),
        ),
    ),
    Rule(
        code="SOP103",
        name="yaml-syntax",
        severity=Severity.ERROR,
        title=Text("YAML 语法错误", "YAML syntax error"),
        message=Text("YAML 无法解析：{problem}", "the YAML cannot be read: {problem}"),
        remedy=Text(
            "每行写“键：值”，冒号后空一格；含“: ”“#”的值加引号。",
            'Write "key: value" on a line of its own, a space after the colon; quote values that hold ": " or " #".',
        ),
        why=Text(
            "文件头读不出来，整份文件就进不了手册。别名、标签和过深的嵌套一律拒绝，以防几个字节撑爆内存。",
            "A document whose front matter cannot be read stays out of the handbook. Aliases, tags and deep nesting "
            "are refused, so that a few bytes cannot fill the memory.",
        ),
        example=Example(
            file="sop/office/OF-CK-01.md",
            good=Text("review: 12 months", "review: 12 months"),
            bad=Text("review: [12 months", "review: [12 months"),
        ),
        words={
            "mapping": Text("应是一组“键：值”", 'a list of "key: value" is needed'),
            "alias": Text("不能使用别名(*)", "aliases (*) are not allowed"),
            "tag": Text("不能使用标签(!)", "tags (!) are not allowed"),
            "depth": Text("嵌套过深", "nested too deep"),
            "key": Text("键应是一个词", "a key has to be a word"),
        },
    ),
    Rule(
        code="SOP104",
        name="key-missing",
        severity=Severity.ERROR,
        title=Text("文件头缺少必填项", "required key is missing"),
        message=Text("缺少 {key}", "{key} is missing"),
        remedy=Text("补上 {key}：{expected}。", "Add {key}: {expected}."),
        why=Text(
            "受控文件须有编号、版本、生效日期、归口岗位和批准岗位(ISO 9001:2015,7.5)。",
            "A controlled document has a number, a version, an effective date, an owner and an approver "
            "(ISO 9001:2015, 7.5).",
        ),
        example=Example(
            file="sop/office/OF-BD-01.md",
            good=Text("retention: 1年\n", "retention: 1 year\n"),
            bad=Text("", ""),
        ),
    ),
    Rule(
        code="SOP105",
        name="key-unknown",
        severity=Severity.ERROR,
        title=Text("文件头有不认识的键", "unknown key"),
        message=Text("不认识的键“{key}”", 'unknown key "{key}"'),
        remedy=Text("可用的键见“sopbook schema”。", "`sopbook schema` lists the keys."),
        why=Text(
            "拼错的键会被悄悄忽略，例如评审周期写错，文件就永远不会提醒评审。",
            "A misspelt key would be ignored in silence: a document whose review interval is misspelt is never reviewed.",
        ),
        example=Example(
            file="sop/office/OF-BD-01.md",
            good=Text("version: A/0", "version: A/0"),
            bad=Text("version: A/0\nkeyword: [登记]", "version: A/0\nkeyword: [log]"),
        ),
    ),
    Rule(
        code="SOP106",
        name="key-value",
        severity=Severity.ERROR,
        title=Text("文件头的值不对", "wrong value in the front matter"),
        message=Text("{key} 的值“{value}”不对", 'the value "{value}" of {key} is wrong'),
        remedy=Text("应写：{expected}。", "Write {expected}."),
        why=Text(
            "日期、周期和编号要能计算和比较，写法必须确定。",
            "Dates, intervals and numbers are compared and calculated with, so their spelling has to be certain.",
        ),
        example=Example(
            file="sop/office/OF-CK-01.md",
            good=Text("effective: 2026-01-01", "effective: 2026-01-01"),
            bad=Text("effective: 2026年1月", "effective: January 2026"),
        ),
    ),
    Rule(
        code="SOP107",
        name="key-duplicate",
        severity=Severity.ERROR,
        title=Text("文件头的键重复", "key given twice"),
        message=Text("“{key}”写了两次", '"{key}" is given twice'),
        remedy=Text("只留一处。", "Keep one of them."),
        why=Text("两处不一致时，无法判断哪一处有效。", "If the two differ, nobody can tell which one holds."),
        example=Example(
            file="sop/office/OF-CK-01.md",
            good=Text("version: A/0", "version: A/0"),
            bad=Text("version: A/0\nversion: A/1", "version: A/0\nversion: A/1"),
        ),
    ),
)
