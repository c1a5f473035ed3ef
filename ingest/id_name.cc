#include "ingest/id_name.h"

#include "ingest/text.h"

#include <algorithm>
#include <array>
#include <string>

namespace tagline::ingest {

bool is_id_name(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  const std::string_view view = lower;
  constexpr std::array<std::string_view, 14> kNames = {
      "id",     "uid",     "user", "customer", "member",  "household",   "client",
      "openid", "unionid", "guid", "uuid",     "user_no", "customer_no", "member_no"};
  if (std::find(kNames.begin(), kNames.end(), view) != kNames.end()) {
    return true;
  }
  if (view.size() > 3 &&
      (view.substr(view.size() - 3) == "_id" || view.substr(view.size() - 3) == "-id" ||
       view.substr(view.size() - 3) == " id")) {
    return true;
  }
  // customerID, userId; but not "paid" or "grid"
  if (name.size() > 2 && name.substr(name.size() - 2) != "id" &&
      view.substr(view.size() - 2) == "id" && name[name.size() - 2] == 'I' &&
      name[name.size() - 3] >= 'a' && name[name.size() - 3] <= 'z') {
    return true;
  }
  // Alone: 产品编号 and 门店编号 are no people's. 会员 is as often a flag.
  constexpr std::array<std::string_view, 7> kAlone = {"编号", "用户", "客户", "顾客",
                                                      "账号", "帐号", "卡号"};
  if (std::find(kAlone.begin(), kAlone.end(), view) != kAlone.end()) {
    return true;
  }
  constexpr std::array<std::string_view, 15> kChinese = {
      "用户id",   "用户编号", "用户号", "客户id",   "客户号", "客户编号", "会员id",  "会员号",
      "会员编号", "顾客id",   "顾客号", "顾客编号", "会员卡", "用户标识", "客户标识"};
  return std::any_of(kChinese.begin(), kChinese.end(), [view](std::string_view word) {
    return view.find(word) != std::string_view::npos;
  });
}

bool is_contact_name(std::string_view name) {
  const std::string lower = to_lower_ascii(name);
  constexpr std::array<std::string_view, 15> kNames = {
      "phone",    "phone_no", "phone_number", "mobile", "email",    "e-mail",     "手机", "手机号",
      "手机号码", "电话",     "电话号码",     "身份证", "身份证号", "身份证号码", "邮箱"};
  return std::find(kNames.begin(), kNames.end(), lower) != kNames.end();
}

}  // namespace tagline::ingest
