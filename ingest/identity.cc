#include "ingest/identity.h"

#include "ingest/keyed_hash.h"
#include "ingest/text.h"

#include <algorithm>
#include <utility>

namespace tagline::ingest {
namespace {

using storage::IdentityTypeRecord;
using Form = IdentityTypeRecord::Form;

constexpr std::uint32_t kMost = 10;
constexpr std::uint32_t kMostDevices = 30;
constexpr std::size_t kNameMax = 32;
constexpr std::size_t kCountryMax = 3;
// E.164: at most 15 digits with the country's; the shortest in use have 7.
constexpr std::size_t kPhoneDigitsMin = 7;
constexpr std::size_t kPhoneDigitsMax = 15;
/// Of a number written without its country: shorter ones may be a short form of another length.
constexpr std::size_t kHashDigits = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

/// "+" and digits; empty when it can be no number.
std::string phone(std::string_view text, const std::string& country) {
  std::string digits;
  bool international = false;
  for (const char c : to_nfkc(text).value_or("")) {
    if (is_digit(c)) {
      digits += c;
    } else if (c == '+' && digits.empty() && !international) {
      international = true;
    } else if (std::string_view(" \t-().").find(c) == std::string_view::npos) {
      return {};
    }
  }
  if (!international && digits.starts_with("00")) {
    digits.erase(0, 2);
    international = true;
  }
  if (!international) {
    // "86 138 0013 8000" has its country without the plus: no number at home is so long.
    constexpr std::size_t kHomeMax = 12;
    if (!(digits.starts_with(country) && digits.size() > kHomeMax)) {
      digits.erase(0, digits.starts_with("0") ? 1 : 0);
      digits.insert(0, country);
    }
  }
  const bool possible = digits.size() >= kPhoneDigitsMin && digits.size() <= kPhoneDigitsMax &&
                        !digits.starts_with("0");
  return possible ? "+" + digits : std::string();
}

/// Small letters; empty when it can be no address.
std::string email(std::string_view text) {
  const std::string address = to_lower_ascii(to_nfkc(text).value_or(""));
  const auto at = address.find('@');
  const std::string_view domain =
      at == std::string::npos ? std::string_view() : std::string_view(address).substr(at + 1);
  const bool blank = std::any_of(address.begin(), address.end(),
                                 [](char c) { return static_cast<unsigned char>(c) <= ' '; });
  const bool possible = at != std::string::npos && at > 0 && !blank &&
                        domain.find('@') == std::string_view::npos &&
                        domain.find('.') != std::string_view::npos && !domain.starts_with('.') &&
                        !domain.ends_with('.') && domain.find("..") == std::string_view::npos;
  return possible ? address : std::string();
}

bool is_hash(std::string_view value) {
  return value.size() == kHashDigits + 1 && value.front() == '#' &&
         std::all_of(value.begin() + 1, value.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

IdentityTypes::Normal refused(const std::string& en, const std::string& zh) {
  return {"", {en, zh}, false};
}

std::string listed(const std::map<std::string, IdentityTypeRecord, std::less<>>& types) {
  std::string names;
  for (const auto& [name, type] : types) {
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

}  // namespace

std::optional<Text> id_reason(std::string_view id) {
  if (id.empty()) {
    return Text{"the id is blank", "用户标识为空"};
  }
  if (id.size() > storage::kExternalIdBytesMax) {
    const std::string limit = std::to_string(storage::kExternalIdBytesMax);
    return Text{"the id \"" + excerpt(id) + "\" is longer than " + limit + " bytes",
                "用户标识 \"" + excerpt(id) + "\" 超过 " + limit + " 字节"};
  }
  return std::nullopt;
}

const std::vector<IdentityTypeRecord>& built_in_identity_types() {
  static const std::vector<IdentityTypeRecord> types{
      {"crm", Form::Exact, "", false, kMost, {}},
      {"device", Form::Lower, "", false, kMostDevices, {}},
      {"email", Form::Email, "", false, kMost, {}},
      {"openid", Form::Exact, "", false, kMost, {}},
      {"phone", Form::Phone, "86", false, kMost, {}},
      {"unionid", Form::Exact, "", false, kMost, {}},
  };
  return types;
}

Status check_identity_type(const IdentityTypeRecord& type) {
  const bool name =
      !type.name.empty() && type.name.size() <= kNameMax && is_small(type.name.front()) &&
      std::all_of(type.name.begin(), type.name.end(),
                  [](char c) { return is_small(c) || is_digit(c) || c == '_' || c == '-'; });
  if (!name) {
    const std::string found = excerpt(type.name);
    return failure(
        ErrorCode::BadInput,
        {"a type of identities named \"" + found + "\"", "身份标识类型的名称为“" + found + "”"},
        {"write a small letter, then at most 31 small letters, digits, \"_\" and \"-\"",
         "请以小写字母开头，其后最多 31 个小写字母、数字、“_”或“-”"});
  }
  const bool country = std::all_of(type.country.begin(), type.country.end(), is_digit) &&
                       type.country.size() <= kCountryMax && !type.country.starts_with("0");
  if (!country || (type.form == Form::Phone && type.country.empty())) {
    return failure(ErrorCode::BadInput,
                   {"the calling code \"" + excerpt(type.country) + "\" of type " + type.name,
                    "类型 " + type.name + " 的国家代码为“" + excerpt(type.country) + "”"},
                   {"write one to three digits, such as 86", "请写一到三位数字，例如 86"});
  }
  if (type.most == 0) {
    return failure(ErrorCode::BadInput,
                   {"at most 0 identities of type " + type.name + " a person",
                    "类型 " + type.name + " 的每人上限为 0"},
                   {"write 1 or more", "请写 1 或更大的数"});
  }
  return {};
}

IdentityTypes::IdentityTypes(std::span<const IdentityTypeRecord> set, std::uint64_t seed)
    : seed_(seed) {
  for (const IdentityTypeRecord& type : built_in_identity_types()) {
    types_[type.name] = type;
  }
  for (const IdentityTypeRecord& type : set) {
    types_[type.name] = type;
  }
}

Result<IdentityTypes> IdentityTypes::read(const storage::Snapshot& snapshot) {
  TAGLINE_ASSIGN_OR_RETURN(const auto set, snapshot.identity_types());
  return IdentityTypes(set, snapshot.seed());
}

Result<IdentityTypes> IdentityTypes::read(const storage::WriteTxn& txn) {
  TAGLINE_ASSIGN_OR_RETURN(const auto set, txn.identity_types());
  return IdentityTypes(set, txn.seed());
}

const IdentityTypeRecord* IdentityTypes::find(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? nullptr : &found->second;
}

const IdentityTypeRecord* IdentityTypes::type_of(std::string_view text) const {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon > kNameMax + 2) {
    return nullptr;
  }
  return find(to_lower_ascii(trim(text.substr(0, colon))));
}

std::string IdentityTypes::digest(std::string_view text) const {
  return keyed_hash(text, seed_);
}

IdentityTypes::Normal IdentityTypes::normal(std::string_view text) const {
  const IdentityTypeRecord* type = type_of(text);
  if (type == nullptr) {
    const std::string shown = excerpt(text);
    return refused(
        "\"" + shown + "\" is no identity: expected TYPE:VALUE with a type of " + listed(types_),
        "“" + shown + "”不是身份标识：应为“类型:值”，类型为 " + listed(types_));
  }
  return normal(*type, text.substr(text.find(':') + 1));
}

IdentityTypes::Normal IdentityTypes::normal(const IdentityTypeRecord& type,
                                            std::string_view value) const {
  value = trim(value);
  const std::string shown = excerpt(value);
  if (value.empty() || !is_utf8(value) || hidden_in(value).has_value()) {
    return refused("no value of an identity of type " + type.name + ": \"" + shown + "\"",
                   "类型 " + type.name + " 的身份标识没有可用的值：“" + shown + "”");
  }
  if (type.hashed && is_hash(value)) {
    return {type.name + ":" + std::string(value), {}, false};
  }
  std::string normal(value);
  switch (type.form) {
    case Form::Exact:
      break;
    case Form::Lower:
      normal = to_lower_ascii(value);
      break;
    case Form::Phone:
      normal = phone(value, type.country);
      break;
    case Form::Email:
      normal = email(value);
      break;
  }
  if (normal.empty()) {
    const bool number = type.form == Form::Phone;
    return refused("\"" + shown + "\" is no " +
                       (number ? "phone number: expected 7 to 15 digits with the country's code, "
                                 "such as +86 138 0013 8000"
                               : "e-mail address: expected something like name@example.com"),
                   "“" + shown + "”不是" +
                       (number ? "电话号码：应为含国家代码的 7 到 15 位数字，例如 +86 138 0013 8000"
                               : "电子邮件地址：应类似 name@example.com"));
  }
  if (std::find(type.never.begin(), type.never.end(), normal) != type.never.end()) {
    Normal nobody =
        refused("\"" + shown + "\" belongs to nobody: type " + type.name +
                    " lists it as a value that says nothing of a person",
                "“" + shown + "”不属于任何人：类型 " + type.name + " 将其列为无意义的值");
    nobody.nobody = true;
    return nobody;
  }
  std::string stored = type.name + ":" + (type.hashed ? "#" + digest(normal) : normal);
  if (stored.size() > storage::kExternalIdBytesMax) {
    return refused("an identity of " + std::to_string(stored.size()) + " bytes, expected at most " +
                       std::to_string(storage::kExternalIdBytesMax),
                   "身份标识有 " + std::to_string(stored.size()) + " 字节，最多为 " +
                       std::to_string(storage::kExternalIdBytesMax));
  }
  return {std::move(stored), {}, false};
}

std::string IdentityTypes::stored_id(std::string_view id) const {
  if (type_of(id) == nullptr) {
    return std::string(id);
  }
  Normal found = normal(id);
  return found.text.empty() ? std::string(id) : std::move(found.text);
}

Result<std::optional<engine::UserIndex>> find_person(const storage::Snapshot& snapshot,
                                                     std::string_view id) {
  return StoredIds(snapshot).find(id);
}

}  // namespace tagline::ingest
