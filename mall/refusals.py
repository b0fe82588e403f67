"""Every refusal of the house: its HTTP status, what it says and the way out, in Chinese and English.

The sentences are filled with the refusal's facts; facts whose names end in _fen are shown as yuan.
"""

# ruff: noqa: E501 - a sentence is easier to read whole
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RefusalText:
    """`zh` and `en` say what happened, `zh_next` and `en_next` what to do about it."""

    http: int
    zh: str
    zh_next: str
    en: str
    en_next: str


UNKNOWN = RefusalText(
    http=409,
    zh="这项操作现在不能办理。",
    zh_next="请刷新页面后重试；仍不能办理时，请把请求编号告诉系统管理员。",
    en="This cannot be done now.",
    en_next="Reload the page and try again; if it persists, give the request id to the system administrator.",
)

REFUSALS: dict[str, RefusalText] = {
    # access
    "access.denied": RefusalText(
        http=403,
        zh="您的岗位不能进行这项操作。",
        zh_next="请由有相应岗位的同事办理；岗位有误的，请安全管理员核对。",
        en="Your posts do not allow this.",
        en_next="Ask a colleague who holds the right post; if your posts are wrong, ask the security administrator to check them.",
    ),
    "access.same_person": RefusalText(
        http=409,
        zh="这张单据的其他环节由您经手，同一个人不能再办理本环节。",
        zh_next="请由本单位另一位有此岗位的同事办理。",
        en="You already carried out another duty on this document; the same person cannot carry out this one too.",
        en_next="Ask another colleague in your unit who holds this post.",
    ),
    "access.sign_in": RefusalText(
        http=401,
        zh="请先登录。",
        zh_next="登录后会回到刚才的页面；还没有账号的，请联系本单位的系统管理员。",
        en="Please sign in first.",
        en_next="After signing in you come back to this page. Without an account, ask your system administrator.",
    ),
    # account
    "account.no_such_session": RefusalText(
        http=404,
        zh="没有这个登录会话，可能已经结束。",
        zh_next="刷新“我的账号”页面查看现有会话。",
        en="There is no such session; it may have ended already.",
        en_next="Reload the account page to see your sessions.",
    ),
    # category
    "category.out_of_mall": RefusalText(
        http=409,
        zh="“{name}”所属品目不在电子卖场采购范围内。",
        zh_next="改用其他采购方式，或咨询当地财政部门。",
        en="The category of “{name}” is outside the scope of this mall.",
        en_next="Use another way of purchasing, or ask your finance department.",
    ),
    # ledger
    "ledger.already_reversed": RefusalText(
        http=409,
        zh="凭证 {txn_id} 已由凭证 {reversed_by} 冲正，不能再次冲正。",
        zh_next="请查看冲正凭证；如有需要，请重新办理该业务。",
        en="Txn {txn_id} has been reversed by txn {reversed_by} already.",
        en_next="Look at the reversal; if needed, do the business again as a new one.",
    ),
    "ledger.date_outside_year": RefusalText(
        http=409,
        zh="日期 {effective_on} 不在预算年度 {year} 内。",
        zh_next="请使用该年度的预算指标，或改用该年度内的日期。",
        en="The date {effective_on} lies outside budget year {year}.",
        en_next="Use a budget line of that year, or a date inside the year.",
    ),
    "ledger.insufficient": RefusalText(
        http=409,
        zh="{account_zh}不足：需要 {requested_fen} 元，现有 {available_fen} 元。",
        zh_next="请减少金额，换用其他预算指标，或先申请追加预算。",
        en="Not enough in \"{account_en}\": {requested_fen} yuan asked, {available_fen} yuan there.",
        en_next="Lower the amount, use another budget line, or ask for a supplement first.",
    ),
    "ledger.line_code_taken": RefusalText(
        http=409,
        zh="{region_code} 地区 {year} 年度已有编号为 {line_code} 的预算指标。",
        zh_next="请核对编号；追加金额请在原指标上办理。",
        en="Budget line {line_code} exists already in region {region_code}, {year}.",
        en_next="Check the code; to add money, supplement the existing line.",
    ),
    "ledger.period_closed": RefusalText(
        http=409,
        zh="{region_code} 地区 {year} 年 {month} 月的账期未开放或已结账，不能记账。",
        zh_next="请改用开放账期内的日期，或联系财政部门。",
        en="Month {month} of {year} in region {region_code} is not open for postings.",
        en_next="Use a date in an open month, or ask the finance department.",
    ),
    "ledger.replay_differs": RefusalText(
        http=409,
        zh="这笔业务（{source_id}，{event}）已经记账，且内容与本次不同。",
        zh_next="请刷新页面核对已记账的内容；需要更正时先冲正原凭证。",
        en="This deed ({source_id}, {event}) has been posted already with other content.",
        en_next="Reload the page and compare with what was posted; to correct it, reverse the original first.",
    ),
    # listing
    "listing.no_delivery": RefusalText(
        http=409,
        zh="“{name}”不配送到本单位所在地区。",
        zh_next="在商品页改选配送到本地区的供应商，或请供应商扩大配送范围。",
        en="“{name}” is not delivered to your unit's area.",
        en_next="Choose a supplier that delivers to your area on the product page, or ask this one to extend its delivery area.",
    ),
    "listing.off_shelf": RefusalText(
        http=409,
        zh="“{name}”（{sku}）不在架上，不能订购。",
        zh_next="在商品页改选其他供应商的报价，或搜索同类商品。",
        en="“{name}” ({sku}) is not on the shelf and cannot be ordered.",
        en_next="Choose another supplier's offer on the product page, or search for similar goods.",
    ),
    # notice
    "notice.unknown": RefusalText(
        http=404,
        zh="没有这条通知。",
        zh_next="返回通知列表。",
        en="There is no such notice.",
        en_next="Go back to the list of notices.",
    ),
    # page
    "page.bug": RefusalText(
        http=500,
        zh="系统出错了，这次没有办成。错误已经记录。",
        zh_next="请稍后重试；仍然出错时，请把下面的请求编号告诉系统管理员。",
        en="Something went wrong on our side. It has been logged.",
        en_next="Please try again later; if it happens again, give the request id below to the system administrator.",
    ),
    "page.busy": RefusalText(
        http=503,
        zh="系统正忙，这次没有办成，数据没有改变。",
        zh_next="请稍等几秒后重试。",
        en="The system is busy; nothing was changed.",
        en_next="Please wait a few seconds and try again.",
    ),
    "page.not_found": RefusalText(
        http=404,
        zh="没有找到这个页面。",
        zh_next="请检查网址，或从首页重新查找；您无权查看的内容也会显示为不存在。",
        en="This page was not found.",
        en_next="Check the address, or start from the home page; what you may not see is shown as not found, too.",
    ),
    "page.wrong_method": RefusalText(
        http=405,
        zh="这个网址不能这样访问。",
        zh_next="请回到上一页，用页面上的按钮操作。",
        en="This address cannot be used in this way.",
        en_next="Go back and use the buttons on the page.",
    ),
    # password
    "password.contains_username": RefusalText(
        http=422,
        zh="密码里不能包含用户名。",
        zh_next="请另选一个密码。",
        en="The password must not contain the user name.",
        en_next="Please choose another one.",
    ),
    "password.not_repeated": RefusalText(
        http=422,
        zh="两次输入的新密码不一致。",
        zh_next="请重新输入两次相同的密码。",
        en="The two entries of the new password differ.",
        en_next="Enter the same password twice.",
    ),
    "password.same": RefusalText(
        http=422,
        zh="新密码与原密码相同。",
        zh_next="请另选一个密码。",
        en="The new password is the same as the old one.",
        en_next="Please choose another one.",
    ),
    "password.too_long": RefusalText(
        http=422,
        zh="密码太长，最多 {length_max} 个字符。",
        zh_next="请改用短一些的密码。",
        en="The password is too long; {length_max} characters are the limit.",
        en_next="Please choose a shorter one.",
    ),
    "password.too_plain": RefusalText(
        http=422,
        zh="密码太简单：大写字母、小写字母、数字、其他符号中至少要有 {classes_min} 种。",
        zh_next="请加上缺少的字符种类。",
        en="The password is too plain: use at least {classes_min} of capital letters, small letters, digits and other signs.",
        en_next="Add the kinds of characters that are missing.",
    ),
    "password.too_short": RefusalText(
        http=422,
        zh="密码太短，至少要 {length_min} 个字符。",
        zh_next="可以用一句好记的话，再加上数字和符号。",
        en="The password is too short; it needs at least {length_min} characters.",
        en_next="Take a sentence you can remember and add digits and signs.",
    ),
    "password.well_known": RefusalText(
        http=422,
        zh="这个密码太常见，容易被猜中。",
        zh_next="请另选一个别人想不到的密码。",
        en="This password is too well known and easily guessed.",
        en_next="Choose one that nobody would think of.",
    ),
    # post
    "post.held_already": RefusalText(
        http=409,
        zh="此人已在“{organisation}”担任“{role}”。",
        zh_next="无需重复授予。",
        en="This person already holds “{role}” in “{organisation}”.",
        en_next="Nothing needs to be done.",
    ),
    "post.no_such_organisation": RefusalText(
        http=404,
        zh="没有这个单位，或单位已撤销。",
        zh_next="请从列表中选择单位。",
        en="There is no such organisation, or it is closed.",
        en_next="Choose one from the list.",
    ),
    "post.officer_exclusive": RefusalText(
        http=409,
        zh="系统、安全、审计管理员互相排斥，也不能兼任业务岗位。",
        zh_next="请先收回此人现有的岗位，或另选一个账号。",
        en="The three officers exclude one another and hold no business post.",
        en_next="End the person's present posts first, or choose another account.",
    ),
    "post.opposite_sides": RefusalText(
        http=409,
        zh="采购单位、供应商、采购中心、监管部门的岗位不能由同一个人兼任。",
        zh_next="请为此人另建账号，或先收回其现有岗位。",
        en="Posts of buyers, suppliers, the purchasing centre and regulators are never held by one person.",
        en_next="Make another account, or end the present posts first.",
    ),
    "post.unknown": RefusalText(
        http=404,
        zh="没有这个岗位，可能已经收回。",
        zh_next="请刷新页面查看此人现有的岗位。",
        en="There is no such post; it may have ended already.",
        en_next="Reload the page to see the person's posts.",
    ),
    "post.wrong_kind": RefusalText(
        http=422,
        zh="“{organisation}”不能设“{role}”岗位。",
        zh_next="请选择与单位性质相符的岗位。",
        en="“{organisation}” cannot have the post “{role}”.",
        en_next="Choose a post that fits the kind of organisation.",
    ),
    # printing
    "printing.character_without_glyph": RefusalText(
        http=409,
        zh="文件 {number} 中有字体无法显示的字符“{characters}”，为避免缺字，未生成文件。",
        zh_next="请把该字符改为规范汉字后重试；确为人名、地名用字的，请系统管理员安装含该字的字体。",
        en="Document {number} contains characters no font can show (“{characters}”); it was not printed rather than printed with gaps.",
        en_next="Replace the characters by standard ones and try again; if a name needs them, ask the system administrator for a font that has them.",
    ),
    "printing.code_mistyped": RefusalText(
        http=404,
        zh="“{typed}”不是有效的验证码。",
        zh_next="请核对文件页脚的 16 位验证码，字母不分大小写，可不输入连字符；也可扫描首页二维码。",
        en="“{typed}” is not a valid verification code.",
        en_next="Check the 16 characters at the foot of the document (case and dashes do not matter), or scan the QR code on its first page.",
    ),
    "printing.no_chinese_font": RefusalText(
        http=503,
        zh="服务器上没有中文字体，无法生成文件。",
        zh_next="请系统管理员运行 make setup，或安装 fonts-noto-cjk、fonts-wqy-microhei 后重试。",
        en="No Chinese font is installed on the server, so the document cannot be printed.",
        en_next="Ask the system administrator to run make setup, or to install fonts-noto-cjk or fonts-wqy-microhei, then try again.",
    ),
    # request
    "request.cross_site": RefusalText(
        http=403,
        zh="这个请求来自其他网站，已被拒绝。",
        zh_next="请直接在本系统的页面上操作。",
        en="The request came from another site and was refused.",
        en_next="Please use the pages of this system directly.",
    ),
    "request.invalid": RefusalText(
        http=422,
        zh="填写的内容有误：{errors}",
        zh_next="请改正标出的内容后重新提交。",
        en="Some of the entries are not valid: {errors}",
        en_next="Please correct what is named and submit again.",
    ),
    "request.key_malformed": RefusalText(
        http=400,
        zh="请求编号的格式不对，应为 8 至 200 个可见字符。",
        zh_next="请刷新页面后重新提交；程序调用建议使用 UUID。",
        en="The idempotency key must have 8 to 200 printable characters.",
        en_next="Reload the page and submit again; programs should use a UUID.",
    ),
    "request.key_reused": RefusalText(
        http=422,
        zh="同一个请求编号已用于另一份内容，没有重复办理。",
        zh_next="请刷新页面后重新提交；程序调用请换用新的 Idempotency-Key。",
        en="This idempotency key was already used with another body; nothing was done.",
        en_next="Reload the page and submit again; programs should use a new Idempotency-Key.",
    ),
    "request.malformed": RefusalText(
        http=400,
        zh="请求的内容不完整或格式不对。",
        zh_next="请回到上一页刷新后重新提交。",
        en="The request is incomplete or malformed.",
        en_next="Go back, reload the page and submit again.",
    ),
    "request.stale_form": RefusalText(
        http=400,
        zh="这个页面已经过期，没有提交成功。",
        zh_next="请刷新页面后重新提交；在别的窗口退出或重新登录过的，请先登录。",
        en="This page has expired; nothing was submitted.",
        en_next="Reload the page and submit again; if you signed out or in again elsewhere, sign in first.",
    ),
    "request.too_big": RefusalText(
        http=413,
        zh="提交的内容太大，单次不能超过 25 MB。",
        zh_next="请把文件拆小后分几次上传。",
        en="The request is too big; 25 MB is the limit.",
        en_next="Split the file and upload the parts one by one.",
    ),
    "request.too_many": RefusalText(
        http=429,
        zh="请求太频繁。",
        zh_next="请稍等一会儿再试。",
        en="Too many requests.",
        en_next="Please wait a little and try again.",
    ),
    "request.wrong_type": RefusalText(
        http=415,
        zh="不支持这种内容格式。",
        zh_next="接口请以 application/json 提交；页面请刷新后重试。",
        en="This type of content is not supported.",
        en_next="Send application/json to the API; on a page, reload and try again.",
    ),
    # rule
    "rule.missing": RefusalText(
        http=409,
        zh="本地区没有配置所需的规则（{code}），无法办理。",
        zh_next="请联系财政部门或系统管理员补充规则。",
        en="A rule needed here ({code}) is not set for this region.",
        en_next="Ask the finance department or the system administrator to add it.",
    ),
    # sign
    "sign.wrong_password": RefusalText(
        http=422,
        zh="密码不对，没有办成。",
        zh_next="请输入您的登录密码。连续输错会暂停尝试。",
        en="The password is wrong; nothing was done.",
        en_next="Enter the password you sign in with. Repeated mistakes pause further tries.",
    ),
    # signin
    "signin.throttled": RefusalText(
        http=429,
        zh="密码错误次数太多，请 {minutes} 分钟后再试。",
        zh_next="可以换一台曾经登录过的电脑登录，或请安全管理员解除限制。",
        en="Too many wrong passwords; please try again in {minutes} minutes.",
        en_next="You can sign in from a computer you have used before, or ask the security administrator to lift the limit.",
    ),
    "signin.wrong": RefusalText(
        http=401,
        zh="用户名或密码不对，或账号不能登录。",
        zh_next="请核对后重试；忘记密码的，请系统管理员发送新的一次性链接。",
        en="The user name or password is wrong, or the account cannot sign in.",
        en_next="Check both and try again; if you lost the password, ask the system administrator for a new one-time link.",
    ),
    # state
    "state.not_possible": RefusalText(
        http=409,
        zh="当前状态为“{state}”，不能“{action}”。",
        zh_next="可能已由他人办理，请刷新页面查看最新状态。",
        en="The state is “{state}”: “{action}” is not possible now.",
        en_next="Somebody else may have dealt with it; reload the page to see the present state.",
    ),
    # supplier
    "supplier.licence_expired": RefusalText(
        http=409,
        zh="供应商“{supplier}”的营业执照已于 {licence_expires_on} 到期。",
        zh_next="改选其他供应商的报价，或等该供应商更新执照后再下单。",
        en="The licence of the supplier “{supplier}” expired on {licence_expires_on}.",
        en_next="Choose another supplier's offer, or order after the supplier has renewed its licence.",
    ),
    "supplier.suspended": RefusalText(
        http=409,
        zh="供应商“{supplier}”已被暂停供货资格。",
        zh_next="改选其他供应商的报价；已下的订单照常履行。",
        en="The supplier “{supplier}” is suspended.",
        en_next="Choose another supplier's offer; orders already placed are carried out as agreed.",
    ),
    # token
    "token.invalid": RefusalText(
        http=401,
        zh="接口令牌无效、已过期或已撤销。",
        zh_next="请用 POST /api/v1/tokens 重新取得令牌。",
        en="The bearer token is invalid, expired or revoked.",
        en_next="Get a new token with POST /api/v1/tokens.",
    ),
    "token.no_such_post": RefusalText(
        http=422,
        zh="您没有编号为 {post_id} 的岗位。",
        zh_next="请省略岗位编号，或改用您现有的岗位。",
        en="You do not hold the post {post_id}.",
        en_next="Leave the post out, or name one that you hold.",
    ),
    "token.no_such_token": RefusalText(
        http=404,
        zh="没有这个接口令牌，可能已经撤销。",
        zh_next="刷新“我的账号”页面查看现有令牌。",
        en="There is no such token; it may have been revoked already.",
        en_next="Reload the account page to see your tokens.",
    ),
    # user
    "user.disabled": RefusalText(
        http=409,
        zh="账号“{name}”已停用。",
        zh_next="如需使用，请系统管理员先恢复该账号。",
        en="The account of {name} is disabled.",
        en_next="Ask the system administrator to enable it first.",
    ),
    "user.name_malformed": RefusalText(
        http=422,
        zh="请填写姓名，不超过 60 个字。",
        zh_next="请改正后重新提交。",
        en="Please enter the name, at most 60 characters.",
        en_next="Please correct it and submit again.",
    ),
    "user.officer_link": RefusalText(
        http=409,
        zh="三员（系统、安全、审计管理员）的登录链接不能在页面上重新生成。",
        zh_next="请在服务器上用命令行 sunmall user link 办理。",
        en="One-time links of the three officers cannot be renewed on this page.",
        en_next="Use the command line on the server: sunmall user link.",
    ),
    "user.own_account": RefusalText(
        http=409,
        zh="不能对自己的账号进行这项操作。",
        zh_next="请由另一位管理员办理。",
        en="You cannot do this to your own account.",
        en_next="Ask another officer to do it.",
    ),
    "user.reason_missing": RefusalText(
        http=422,
        zh="请填写停用的原因。",
        zh_next="原因会写入审计记录。",
        en="Please give the reason for disabling the account.",
        en_next="The reason becomes part of the audit.",
    ),
    "user.unknown": RefusalText(
        http=404,
        zh="没有这个账号。",
        zh_next="请从账号列表中重新选择。",
        en="There is no such account.",
        en_next="Choose one from the list of accounts.",
    ),
    "user.username_malformed": RefusalText(
        http=422,
        zh="用户名格式不对：以小写字母开头，只用小写字母、数字、点、短横线和下划线，3 至 40 个字符。",
        zh_next="请改正后重新提交。",
        en="The user name must begin with a small letter and consist of 3 to 40 small letters, digits, dots, dashes and underscores.",
        en_next="Please correct it and submit again.",
    ),
    "user.username_taken": RefusalText(
        http=409,
        zh="用户名“{username}”已被使用。",
        zh_next="请换一个用户名；停用账号的用户名也不会再分配。",
        en="The user name “{username}” is taken.",
        en_next="Choose another one; names of disabled accounts are not given out again.",
    ),
    # welcome
    "welcome.link_spent": RefusalText(
        http=410,
        zh="这个一次性链接已经用过、已过期或不存在。",
        zh_next="请系统管理员重新生成一个链接；已设置过密码的，请直接登录。",
        en="This one-time link was used, has expired or does not exist.",
        en_next="Ask the system administrator for a new link; if you have set your password, just sign in.",
    ),
}
