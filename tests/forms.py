"""Forms for tests: compiled from a handbook, filled in with something for every field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from handbooks import REPOSITORY, Draft
from sopbook.forms.document import FormCompiler, FormDocument
from sopbook.forms.files import offered, template_folders
from sopbook.forms.fillable import Blank, Fillable, fillable
from sopbook.forms.values import Value
from sopbook.link.handbook import Handbook
from sopbook.locales import locale
from sopbook.model import FieldType

FORM = "sop/office/OF-BD-02.md"
EVERY_TYPE = """---
id: OF-BD-02
kind: form
title: 样样都有的表
version: A/0
effective: 2026-01-01
review: 24 months
owner: 综合办主管
approver: 总经理
retention: 1年
---

## 说明
给 [[OF-CX-01]] 用。

## 字段
### 基本
- **编号** {#no required}
- **内容** {#content type=multiline lines=4 required} 写原话。
- **人数** {#people type=number unit=人}
- **金额** {#amount type=money}
- **日期** {#day type=date}
- **时间** {#hour type=time}
- **受理时间** {#received type=datetime}
- **渠道** {#channel type=choice options=电话/来访/线上 required}
- **附件** {#papers type=choices options=身份证/合同/其他材料}
- **同意** {#agreed type=check} 已阅读。
- **电话** {#phone type=phone}
- **经办人** {#clerk type=signature}

### 过程 {#log type=table rows=3}
| 日期 {#on type=date} | 事项 {#what} | 结果 {#result type=choice options=RESULTS} | 可否 {#may options=是/否} |
| --- | --- | --- | --- |
|  |  |  |  |

### 打分 {#marks type=table}
| 项目 {#item} | 评价 {#grade type=choice options=好/中/差} | 说明 {#why} |
| --- | --- | --- |
| 态度 |  |  |
| 速度 |  |  |

## 修订
| 版本 | 日期 | 内容 | 批准 |
| --- | --- | --- | --- |
| A/0 | 2026-01-01 | 首次发布 | 总经理 |
""".replace("RESULTS", "通过/不通过/下次再看/已转交他人")


def with_every_type(draft: Draft) -> Handbook:
    """The draft with a form that has a field of every type."""
    draft.write(FORM, EVERY_TYPE)
    return draft.load()


def compiled(handbook: Handbook, number: str, root: Path = REPOSITORY) -> FormDocument:
    """One form, compiled."""
    return FormCompiler(handbook, template_folders(root)).compile(
        next(document for document in offered(handbook) if document.id == number)
    )


def all_fillable(handbook: Handbook) -> Mapping[str, Fillable]:
    """The handbook's forms and checklists by number."""
    words = locale(handbook.settings.language)
    return {document.id: fillable(document, words) for document in offered(handbook)}


def some_value(blank: Blank, number: int) -> Value:
    """Something that may be filled in, with what is awkward about it."""
    match blank.type:
        case FieldType.NUMBER:
            return Decimal("12.5")
        case FieldType.MONEY:
            return Decimal(1200)
        case FieldType.DATE:
            return dt.date(2026, 3, 1)
        case FieldType.TIME:
            return dt.time(9, 5)
        case FieldType.DATETIME:
            return dt.datetime(2026, 3, 1, 14, 30)
        case FieldType.PHONE:
            return "010-8765 4321"
        case FieldType.CHECK:
            return True
        case FieldType.CHOICE:
            return blank.options[number % len(blank.options)]
        case FieldType.CHOICES:
            return tuple(dict.fromkeys((blank.options[0], blank.options[-1])))
    return f'第 {number} 处,mixed 3号楼 <b>&"\nline two'


def all_values(form: Fillable) -> dict[str, Value]:
    """Something in every field."""
    return {blank.tag: some_value(blank, number) for number, blank in enumerate(form.blanks())}
