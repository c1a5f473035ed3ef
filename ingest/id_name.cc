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
  constexpr std::array<std::string_view, 9> kChinese = {"用户id", "用户编号", "用户号",
                                                        "客户id", "客户号",   "客户编号",
                                                        "会员id", "会员号",   "会员编号"};
  return std::any_of(kChinese.begin(), kChinese.end(), [view](std::string_view word) {
    return view.find(word) != std::string_view::npos;
  });
}

}  // namespace tagline::ingest
