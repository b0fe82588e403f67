"""What states, actions and roles are called."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

STATES: dict[str, dict[str, LazyString]] = {
    "order": {
        "draft": _("草稿"),
        "submitted": _("待审批"),
        "endorsed": _("待二级审批"),
        "returned": _("已退回"),
        "approved": _("待供应商确认"),
        "confirmed": _("待签订合同"),
        "contracted": _("待发货"),
        "shipped": _("待收货"),
        "received": _("待验收"),
        "refused": _("已拒收"),
        "disputed": _("争议处理中"),
        "accepted": _("待开票"),
        "invoiced": _("待申请付款"),
        "payment_requested": _("待付款审核"),
        "in_payment": _("国库支付中"),
        "retained": _("质保金待付"),
        "paid": _("已付款"),
        "closed": _("已办结"),
        "cancelled": _("已取消"),
        "declined": _("供应商已谢绝"),
    },
    "payment": {
        "requested": _("待付款审核"),
        "returned": _("已退回会计"),
        "approved": _("待送国库"),
        "sent": _("已送国库"),
        "paid": _("已付款"),
        "refused": _("国库已退回"),
        "bounced": _("已退票"),
    },
    "change": {
        "asked": _("等供应商答复"),
        "agreed": _("双方已同意"),
        "declined": _("供应商不同意"),
        "withdrawn": _("已撤回"),
        "released": _("已到期或提前释放"),
    },
    "refund": {
        "claimed": _("等供应商答复"),
        "agreed": _("待退款到账"),
        "disputed": _("供应商有异议"),
        "withdrawn": _("已撤回"),
        "received": _("退款已到账"),
        "offset": _("已抵扣货款"),
        "given_up": _("已核销"),
    },
    "budget_document": {
        "draft": _("草稿"),
        "submitted": _("待批复"),
        "approved": _("已批复"),
        "returned": _("已退回"),
        "withdrawn": _("已撤回"),
    },
    "payment_finding": {
        "open": _("待说明"),
        "explained": _("待审核说明"),
        "accepted": _("说明已采纳"),
        "cleared": _("疑点已消除"),
    },
    "rule_change": {
        "draft": _("草稿"),
        "tested": _("已回测"),
        "shadow": _("影子运行中"),
        "proposed": _("待启用"),
        "in_force": _("已启用"),
        "rejected": _("已驳回"),
        "withdrawn": _("已撤回"),
        "ended": _("已终止"),
    },
    "asset_card": {
        "waiting": _("待登记"),
        "registered": _("已登记"),
        "sent": _("已送资产系统"),
        "acknowledged": _("已入资产账"),
        "changed": _("有变动"),
        "disposed": _("已处置"),
        "returned": _("已退货"),
    },
    "journal": {
        "submitted": _("待审核"),
        "approved": _("已记账"),
        "returned": _("已退回"),
        "withdrawn": _("已撤回"),
    },
    "year_end": {
        "draft": _("单位填制中"),
        "submitted": _("待单位签署"),
        "signed": _("待财政批准"),
        "approved": _("已批准，待执行"),
        "executed": _("已执行"),
        "withdrawn": _("已撤回"),
    },
    "fund_use_plan": {
        "draft": _("草稿"),
        "submitted": _("待批复"),
        "approved": _("已批复"),
        "returned": _("已退回"),
        "withdrawn": _("已撤回"),
    },
    "suspense": {
        "open": _("待查"),
        "waiting": _("等后续回单"),
        "clarifying": _("向国库查询中"),
        "proposed": _("待复核"),
        "settled": _("已转出"),
    },
    "listing": {
        "draft": _("草稿"),
        "needs_category": _("待定品目"),
        "submitted": _("已提交"),
        "intercepted": _("超限价拦截"),
        "checked": _("待审核"),
        "rejected": _("审核未通过"),
        "on_shelf": _("在架"),
        "off_shelf": _("已下架"),
        "frozen": _("暂停销售"),
        "expired": _("已到期"),
        "delisted": _("已撤销上架"),
    },
    "listing_change": {
        "waiting": _("待审核"),
        "intercepted": _("超限价拦截"),
        "withdrawn": _("已撤回"),
        "applied": _("已生效"),
        "rejected": _("审核未通过"),
    },
    "price_ceiling": {
        "entered": _("待复核"),
        "in_force": _("已生效"),
        "withdrawn": _("已撤回"),
        "ended": _("已终止"),
    },
    "product": {
        "current": _("在用商品"),
        "merged": _("已并入"),
    },
    "match_question": {
        "open": _("待确认"),
        "same": _("同款"),
        "different": _("不是同款"),
        "lapsed": _("已失效"),
    },
    "watch_case": {
        "found": _("待受理"),
        "assigned": _("已受理"),
        "asked": _("待当事人说明"),
        "explained": _("已说明，待认定"),
        "unanswered": _("逾期未说明"),
        "confirmed": _("已认定"),
        "dismissed": _("不予认定"),
        "appealed": _("申诉处理中"),
        "rectifying": _("待整改"),
        "rectified": _("已整改，待核实"),
        "verified": _("整改已核实"),
        "closed": _("已办结"),
    },
    "watch_hold": {
        "proposed": _("待复核"),
        "approved": _("待生效"),
        "in_force": _("暂停中"),
        "lift_proposed": _("提前解除待复核"),
        "lifting": _("正在解除"),
        "ended": _("已结束"),
        "rejected": _("复核不同意"),
        "withdrawn": _("已撤回或失效"),
        "failed": _("没有生效"),
    },
    "user": {
        "invited": _("待启用"),
        "active": _("正常"),
        "disabled": _("已停用"),
    },
    "measure": {
        "proposed": _("待批准"),
        "approved": _("已批准，待执行"),
        "rejected": _("未批准"),
        "withdrawn": _("已撤回"),
        "in_force": _("执行中"),
        "ended": _("已到期"),
        "annulled": _("已撤销"),
    },
    "outside_price": {
        "entered": _("待核实"),
        "confirmed": _("已核实"),
        "rejected": _("未采用"),
    },
    "inspection_task": {
        "open": _("待领取"),
        "taken": _("检查中"),
        "done": _("已登记"),
    },
    "public_report": {
        "filed": _("已收到"),
        "handling": _("办理中"),
        "answered": _("已答复"),
        "closed": _("已办结"),
    },
    "supplier": {
        "active": _("正常"),
        "suspended": _("已暂停"),
        "removed": _("已清退"),
    },
}

ACTIONS: dict[str, LazyString] = {
    "submit": _("提交"),
    "edit": _("修改"),
    "approve": _("审批通过"),
    "endorse": _("一级审批通过"),
    "return": _("退回"),
    "cancel": _("取消订单"),
    "confirm": _("确认接单"),
    "decline": _("谢绝接单"),
    "sign": _("签署合同"),
    "contract": _("合同生效"),
    "request_cancellation": _("申请取消"),
    "agree_cancellation": _("同意取消"),
    "ship": _("发货"),
    "receive": _("收货"),
    "refuse": _("拒收"),
    "refuse_part": _("部分拒收"),
    "request_short": _("申请按少交结清"),
    "agree_short": _("同意按少交结清"),
    "accept": _("验收"),
    "accept_first": _("验收人验收"),
    "accept_part": _("部分验收"),
    "accept_second": _("复核验收"),
    "finish_short": _("少交结清"),
    "dispute": _("提出争议"),
    "answer_dispute": _("答复争议"),
    "settle_dispute": _("处理争议"),
    "invoice": _("开具发票"),
    "request_payment": _("申请付款"),
    "return_payment": _("退回付款申请"),
    "approve_payment": _("审核付款"),
    "pay": _("付款成功"),
    "refuse_payment": _("国库退回付款"),
    "invoice_part": _("开具部分发票"),
    "credit_note": _("开具红字发票"),
    "ask_price_cut": _("协商降价"),
    "ask_return": _("协商退货、换货"),
    "ask_retention": _("约定质保金"),
    "agree_change": _("同意"),
    "decline_change": _("不同意"),
    "withdraw_change": _("撤回协商"),
    "release_retention": _("提前释放质保金"),
    "claim_refund": _("要求退款"),
    "agree_refund": _("同意退款"),
    "dispute_refund": _("对退款提出异议"),
    "insist_refund": _("坚持退款要求"),
    "withdraw_refund": _("撤回退款要求"),
    "receive_refund": _("登记退款到账"),
    "give_up_refund": _("核销退款"),
    "offset_refund": _("用应退款抵扣"),
    "request": _("申请付款"),
    "bounce": _("退票"),
    "ask": _("提出协商"),
    "agree": _("同意"),
    "release": _("质保金到期释放"),
    "claim": _("要求退款"),
    "insist": _("坚持要求"),
    "offset": _("抵扣货款"),
    "give_up": _("核销"),
    "return_whole": _("全部退货"),
    "goods_back": _("退换货，等重新交货"),
    "open_again": _("重新打开"),
    "reckon_accepted": _("转为待开票"),
    "reckon_invoiced": _("转为待申请付款"),
    "reckon_requested": _("转为待付款审核"),
    "reckon_in_payment": _("转为支付中"),
    "reckon_retained": _("只剩质保金"),
    "reckon_paid": _("已付清"),
    "register_asset": _("登记资产卡片"),
    "register": _("登记"),
    "amend": _("更正登记"),
    "acknowledge": _("资产系统回执"),
    "reject": _("资产系统退回"),
    "change": _("资产变动"),
    "dispose": _("资产处置"),
    "take_back": _("退货收回"),
    "rate": _("评价"),
    "close": _("办结"),
    "send": _("送国库"),
    "settle": _("确定品目"),
    "intercept": _("超限价拦截"),
    "check": _("自动检查通过"),
    "shelve": _("免审上架"),
    "recheck": _("内容有变，重新审核"),
    "freeze": _("暂停销售"),
    "lift": _("恢复销售"),
    "lift_off_shelf": _("解除暂停"),
    "expire": _("到期下架"),
    "delist": _("撤销上架"),
    "lapse": _("随商品失效"),
    "stop": _("超限价，未上架"),
    "end": _("终止"),
    "take_off": _("下架"),
    "put_on": _("上架"),
    "activate": _("启用账号"),
    "disable": _("停用"),
    "enable": _("恢复"),
    "suspend": _("暂停资格"),
    "restore": _("恢复资格"),
    "withdraw": _("撤回"),
    "explain": _("说明情况"),
    "keep_open": _("说明不足，继续待说明"),
    "clear": _("疑点消除"),
    "reopen": _("重新列为疑点"),
    "propose": _("按账重新生成"),
    "execute": _("执行"),
    "draw_up": _("填制"),
    "plead": _("说明例外理由"),
    "exempt": _("同意例外"),
    "repoint": _("改列政府采购指标"),
    "adjust": _("发起采购预算调剂"),
    "open": _("挂待查"),
    "wait": _("等待后续回单"),
    "clarify": _("向国库查询"),
    "resolve": _("自动转出"),
    "hold": _("监管暂停付款"),
    "end_hold": _("监管暂停结束"),
}

#: what the audit trail calls by its full code, because the last word alone would not say it
DEEDS: dict[str, LazyString] = {
    "account.sign_in": _("登录"),
    "account.sign_out": _("退出登录"),
    "account.set_password": _("修改密码"),
    "account.end_session": _("结束登录会话"),
    "asset_card.send": _("送资产系统"),
    "asset.amend": _("更正资产卡片"),
    "asset.explain": _("说明来历不明的卡片"),
    "asset.register_cards": _("批量登记资产卡片"),
    "asset.remind": _("提醒核对资产卡片"),
    "asset.report": _("读入资产系统的回报"),
    "asset.send": _("导出资产登记文件"),
    "audit.export": _("导出审计日志"),
    "cart.accept_changes": _("确认价格变化"),
    "cart.add": _("加入购物车"),
    "cart.add_list": _("按清单加入购物车"),
    "cart.budget_line": _("选择预算指标"),
    "cart.buy_again": _("再买一次"),
    "cart.change": _("修改购物车数量"),
    "cart.remove": _("移出购物车"),
    "event.release": _("重新投递事件"),
    "drop.look": _("查看投递文件夹"),
    "drop.purge": _("清理投递文件夹"),
    "drop.put_away": _("移走投递文件"),
    "drop.settle": _("处理完投递文件"),
    "drop.switch": _("启用或停用投递文件夹"),
    "drop.take": _("收取投递文件"),
    "import.decide": _("决定导入"),
    "import.map_columns": _("确认列的对应关系"),
    "import.merge": _("导入商品"),
    "import.purge": _("清理导入文件"),
    "import.read": _("读取导入文件"),
    "import.settle": _("商品归类"),
    "import.upload": _("上传商品文件"),
    "ceiling.enter": _("登记限价"),
    "synonym.add": _("添加搜索同义词"),
    "synonym.withdraw": _("撤回搜索同义词"),
    "listing.add_image": _("添加图片"),
    "listing.approve": _("审核通过，上架"),
    "listing.arrange_images": _("调整图片顺序"),
    "listing.change_price": _("改价"),
    "listing.change_stock": _("改库存"),
    "listing.receive": _("随文件收下"),
    "listing.save_draft": _("保存商品草稿"),
    "listing.refuse": _("自动检查未通过"),
    "listing.reject": _("审核不通过"),
    "listing.remove_image": _("删除图片"),
    "listing.submit": _("提交审核"),
    "listing.take_down_image": _("审核人删除图片"),
    "listing.take_off": _("下架"),
    "listing.verdict": _("给出审核意见"),
    "listing_change.approve": _("变更生效"),
    "listing_change.ask": _("申请变更"),
    "listing_change.reject": _("变更未通过"),
    "price_ceiling.confirm": _("复核限价"),
    "listing.regroup": _("改归标准商品"),
    "product.merge": _("并入其他商品"),
    "product.return": _("恢复为独立商品"),
    "product.split": _("拆出报价"),
    "product.split_off": _("由其他商品拆出"),
    "product.take_in": _("并入另一商品的报价"),
    "match_question.ask": _("提出同款问题"),
    "match_question.ask_again": _("重新提出同款问题"),
    "match_question.different": _("确认不是同款"),
    "match_question.join": _("随合并认定同款"),
    "match_question.lapse": _("同款问题失效"),
    "match_question.part": _("随拆分认定不是同款"),
    "match_question.postpone": _("以后再说"),
    "match_question.same": _("确认同款"),
    "push.acknowledge": _("确认推送消息"),
    "push.make_key": _("生成推送密钥"),
    "push.prices": _("推送价格"),
    "push.retire_key": _("停用推送密钥"),
    "push.shelf": _("推送上下架"),
    "push.stock": _("推送库存"),
    "listing.shelve": _("上架或下架"),
    "journal.approve": _("审核手工凭证"),
    "journal.draw_up": _("填制手工凭证"),
    "order.carry": _("结转到下一年度"),
    "order.overdue": _("到期提醒"),
    "order.place": _("下单"),
    "order.rate_by_default": _("到期默认评价"),
    "organisation.create": _("建立单位"),
    "other_payment.correct": _("更正支付记录"),
    "category_need.record": _("登记采购需求"),
    "payment_finding.accept": _("采纳说明"),
    "payment_finding.found": _("发现支付疑点"),
    "payment_load.load": _("导入支付明细"),
    "payment_load.load_again": _("重复导入支付明细"),
    "payment_watch.evaluate": _("重新判断支付"),
    "procurement_exemption.record": _("登记不纳入政府采购"),
    "period.close": _("结账"),
    "post.end": _("收回岗位"),
    "post.grant": _("授予岗位"),
    "finding.review": _("审核疑点"),
    "rule.sweep": _("运行规则"),
    "rule_change.draw_up": _("起草规则变更"),
    "rule_change.edit": _("修改草案"),
    "rule_change.request_back_test": _("要求回测"),
    "rule_change.back_test": _("回测完成"),
    "rule_change.back_test_failed": _("回测没有完成"),
    "rule_change.shadow": _("影子运行"),
    "rule_change.shadow_day": _("影子运行一夜"),
    "rule_change.propose": _("提请启用"),
    "rule_change.switch_on": _("启用"),
    "rule_change.reject": _("驳回"),
    "rule_change.withdraw": _("撤回"),
    "rule_change.end": _("终止"),
    "supplier.admit": _("供应商入驻"),
    "token.issue": _("签发接口令牌"),
    "token.revoke": _("撤销接口令牌"),
    "exchange.call": _("国库接口调用"),
    "exchange.retire_key": _("停用国库密钥"),
    "exchange.rotate_key": _("更换国库密钥"),
    "reconciliation.explain": _("说明对账差异"),
    "reconciliation.run": _("三方对账"),
    "reconciliation.statement": _("导入对账单"),
    "suspense.propose": _("提出处理意见"),
    "suspense.recognise": _("认出分次付款"),
    "suspense.approve": _("复核转出待查款"),
    "treasury.acknowledge": _("国库确认收到批次"),
    "treasury.export": _("导出国库批次"),
    "treasury.import": _("读入国库回单"),
    "treasury.refuse_file": _("拒收国库文件"),
    "treasury.return": _("国库退回付款"),
    "user.create": _("建立账号"),
    "user.end_sessions": _("结束全部登录"),
    "user.renew_link": _("重发一次性链接"),
    "user.unlock": _("解除锁定"),
    "watch_case.find": _("发现线索"),
    "watch_case.join": _("线索并入新的发现"),
    "watch_case.reckon": _("重新计算线索优先级"),
    "watch_case.assign": _("受理线索"),
    "watch_case.take_over": _("接管线索"),
    "watch_case.ask": _("请当事人说明线索"),
    "watch_case.explain_part": _("一方说明线索"),
    "watch_case.explain": _("说明线索"),
    "watch_case.pass_deadline": _("线索逾期未答复"),
    "watch_case.confirm": _("认定线索"),
    "watch_case.dismiss": _("不予认定线索"),
    "watch_case.appeal": _("对线索申诉"),
    "watch_case.uphold": _("维持线索认定"),
    "watch_case.overturn": _("撤销线索认定"),
    "watch_case.ask_rectification": _("要求整改"),
    "watch_case.rectify": _("完成整改"),
    "watch_case.send_back": _("退回整改"),
    "watch_case.verify": _("核实整改"),
    "watch_case.close": _("办结线索"),
    "watch_hold.propose": _("提议暂停"),
    "watch_hold.approve": _("同意暂停"),
    "watch_hold.reject": _("不同意暂停"),
    "watch_hold.withdraw": _("撤回暂停提议"),
    "watch_hold.lapse": _("暂停提议失效"),
    "watch_hold.take_effect": _("暂停生效"),
    "watch_hold.fail": _("暂停没有生效"),
    "watch_hold.propose_lift": _("提议提前解除暂停"),
    "watch_hold.keep": _("不同意提前解除"),
    "watch_hold.lift": _("同意提前解除"),
    "watch_hold.end": _("暂停结束"),
    "year_end.approve": _("批准年末清理表"),
    "year_end.draw_up": _("填制年末清理表"),
    "year_end.sign": _("签署年末清理表"),
}

ROLES: dict[str, LazyString] = {
    "handler": _("经办人"),
    "approver": _("审批人"),
    "leader": _("二级审批人"),
    "receiver": _("收货验收人"),
    "acceptor": _("复核验收人"),
    "accountant": _("会计"),
    "finance": _("财务审核人"),
    "supplier": _("供应商"),
    "centre": _("采购中心"),
    "monitor": _("第三方监审"),
    "regulator": _("财政监管"),
    "budget": _("预算岗"),
    "sysadmin": _("系统管理员"),
    "secadmin": _("安全管理员"),
    "auditor": _("审计管理员"),
}


BUDGET_KINDS: dict[str, LazyString] = {
    "appropriation": _("预算批复"),
    "supplement": _("追加"),
    "reduction": _("调减"),
    "transfer": _("调剂"),
    "freeze": _("冻结指标"),
    "thaw": _("解冻指标"),
}


CHANGE_KINDS: dict[str, LazyString] = {
    "price_cut": _("降价"),
    "return_for_good": _("退货"),
    "return_to_replace": _("换货"),
    "retention": _("质保金"),
}

CHANNELS: dict[str, LazyString] = {
    "treasury_direct": _("财政直接支付"),
    "treasury_authorised": _("财政授权支付"),
    "real_account": _("实有资金账户"),
}


def change_kind_name(kind: str) -> str:
    """What a change agreed after the contract is called."""
    return str(CHANGE_KINDS.get(kind, kind))


def channel_name(channel: str) -> str:
    """What a payment channel is called."""
    return str(CHANNELS.get(channel, channel))


def state_name(kind: str, state: str) -> str:
    """The state's name; the state itself where it has none."""
    return str(STATES.get(kind, {}).get(state, state))


def action_name(action: str) -> str:
    """The action's name; "order.ship" is "ship" of an order."""
    return str(ACTIONS.get(action.rpartition(".")[2], action))


def deed_name(code: str) -> str:
    """What the audit trail's code is called: "cart.add", "order.ship"; the code itself where it has no name."""
    return str(DEEDS[code]) if code in DEEDS else action_name(code)


DISPOSALS: dict[str, LazyString] = {
    "transfer": _("无偿划转"),
    "donation": _("对外捐赠"),
    "sale": _("转让"),
    "exchange": _("置换"),
    "scrap": _("报废"),
    "loss": _("损失核销"),
}


def disposal_name(kind: str) -> str:
    """How a piece left the unit."""
    return str(DISPOSALS.get(kind, kind))


def budget_kind_name(kind: str) -> str:
    """What a kind of budget document is called."""
    return str(BUDGET_KINDS.get(kind, kind))


REJECT_REASONS: dict[str, LazyString] = {
    "certificate_missing": _("缺少有效的节能环保证书"),
    "attribute_missing": _("缺少必填的规格参数"),
    "price_too_high": _("价格明显高于市场"),
    "price_not_explained": _("涨价没有说明理由"),
    "category_wrong": _("品目不对"),
    "name_misleading": _("名称有误导"),
    "brand_or_model_missing": _("缺少品牌或型号"),
    "specification_wrong": _("规格参数不实或不全"),
    "unit_or_pack_wrong": _("计量单位或包装不对"),
    "duplicate": _("重复上架"),
    "not_for_sale_here": _("不属于本商城经营范围"),
    "other": _("其他（见说明）"),
}

IMAGE_REASONS: dict[str, LazyString] = {
    "other_goods": _("图片不是这件商品"),
    "misleading": _("图片或图上文字有误导"),
    "contact_or_link": _("图上有联系方式、二维码或网址"),
    "rights_of_others": _("使用了他人的图片或标识"),
    "unreadable": _("图片不清楚"),
    "improper": _("图片内容不当"),
    "other": _("其他（见说明）"),
}

SEATS: dict[str, LazyString] = {
    "platform": _("平台审核"),
    "monitor": _("第三方监审"),
}


VERDICTS: dict[str, LazyString] = {
    "pass": _("通过"),
    "reject": _("不通过"),
}


def verdict_name(verdict: str) -> str:
    """What a reviewer said."""
    return str(VERDICTS.get(verdict, verdict))


def reject_reason_name(code: str) -> str:
    """Why goods were rejected, in words."""
    return str(REJECT_REASONS.get(code, code))


def image_reason_name(code: str) -> str:
    """Why a reviewer removed an image, in words."""
    return str(IMAGE_REASONS.get(code, code))


def seat_name(seat: str) -> str:
    """Whose chair in a review of two."""
    return str(SEATS.get(seat, seat))


def role_name(role: str) -> str:
    return str(ROLES.get(role, role))
