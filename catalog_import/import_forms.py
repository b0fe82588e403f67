"""The forms of the loading dock: only the shape of what is sent."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

MODE_CHOICES = [
    SelectChoice("dry-run", _l("先试算，看过结果再决定")),
    SelectChoice("partial", _l("导入没有错误的行")),
    SelectChoice("all-or-nothing", _l("全部没有错误才导入")),
]


class UploadForm(FlaskForm):
    """A file, for one of the suppliers the person acts for."""

    supplier_id = SelectField(_l("供应商"), coerce=int)
    file = FileField(_l("商品文件"), validators=[FileRequired(_l("请选择文件"))])
    mode = RadioField(_l("处理方式"), choices=MODE_CHOICES, default="dry-run")


class DecisionForm(FlaskForm):
    """What becomes of a batch that was looked at."""

    mode = RadioField(_l("处理方式"), choices=MODE_CHOICES[1:], default="partial")


class DropForm(FlaskForm):
    """Whether a supplier's folder is looked into, and what becomes of the files in it."""

    supplier_id = SelectField(_l("供应商"), coerce=int)
    is_on = SelectField(choices=["1", "0"])
    mode = RadioField(_l("处理方式"), choices=MODE_CHOICES, default="partial")


class ColumnsForm(FlaskForm):
    """Carries nothing but the token: the selects are named after the positions of the columns."""


class SettleForm(FlaskForm):
    """Carries nothing but the token: the choices are named after words and listings."""
