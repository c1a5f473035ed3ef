#include "server/edit.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace tagline::server {
namespace {

/// FNV-1a, 64 bits. Every text goes in with its length, so that no two lists of texts run together.
class Hash {
 public:
  void number(std::uint64_t value) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      byte(static_cast<unsigned char>(value >> shift & 0xFFU));
    }
  }
  void text(std::string_view value) {
    number(value.size());
    for (const char c : value) {
      byte(static_cast<unsigned char>(c));
    }
  }
  void texts(const std::vector<std::string>& values) {
    number(values.size());
    for (const std::string& value : values) {
      text(value);
    }
  }
  void bound(const std::optional<std::int64_t>& value) {
    number(value.has_value() ? 1 : 0);
    number(static_cast<std::uint64_t>(value.value_or(0)));
  }
  [[nodiscard]] std::string hex() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (unsigned shift = 64; shift > 0; shift -= 4) {
      text += kDigits[state_ >> (shift - 4) & 0xFU];
    }
    return text;
  }

 private:
  void byte(unsigned char value) {
    constexpr std::uint64_t kPrime = 0x100000001B3;
    state_ = (state_ ^ value) * kPrime;
  }
  std::uint64_t state_ = 0xCBF29CE484222325;
};

}  // namespace

std::string revision_of(const storage::SegmentRecord& record) {
  Hash hash;
  hash.text(record.name);
  hash.text(record.expression);
  hash.number(record.list);
  hash.text(record.title.en);
  hash.text(record.title.zh);
  hash.text(record.description);
  hash.text(record.owner);
  hash.texts(record.labels);
  hash.number(static_cast<std::uint64_t>(record.created_s));
  hash.number(static_cast<std::uint64_t>(record.updated_s));
  return hash.hex();
}

std::string revision_of(const storage::TagRecord& record,
                        std::span<const storage::ValueRecord> values) {
  Hash hash;
  hash.number(record.field);
  hash.number(static_cast<std::uint64_t>(record.kind));
  hash.number(record.scale);
  hash.bound(record.min);
  hash.bound(record.max);
  hash.number(record.deprecated ? 1 : 0);
  hash.number(record.has_amount ? 1 : 0);
  hash.number(record.replacement);
  hash.number(static_cast<std::uint64_t>(record.ttl_s));
  hash.number(record.times != 0 ? 1 : 0);
  for (const std::string* text :
       {&record.name, &record.unit, &record.title.en, &record.title.zh, &record.description,
        &record.layer, &record.source, &record.owner}) {
    hash.text(*text);
  }
  hash.texts(record.aliases);
  for (const storage::ValueRecord& value : values) {
    hash.text(value.name);
    hash.texts(value.aliases);
    hash.text(value.title.en);
    hash.text(value.title.zh);
  }
  return hash.hex();
}

std::optional<Refusal> refuse_changed(const Edit& edit, const std::optional<std::string>& now,
                                      const std::string& what) {
  if (edit.only_new && now.has_value()) {
    Refusal refusal(Error(ErrorCode::InUse, {what + " is there already", what + " 已存在"},
                          {"leave out If-None-Match to change it, or take another name",
                           "如要修改，请去掉 If-None-Match；或换一个名称"}));
    refusal.changed = true;
    return refusal;
  }
  if (!edit.seen.has_value()) {
    return std::nullopt;
  }
  const auto& seen = *edit.seen;
  const auto in = [&](std::string_view revision) {
    return std::find(seen.begin(), seen.end(), revision) != seen.end();
  };
  if (now.has_value() && (in("*") || in(*now))) {
    return std::nullopt;
  }
  Refusal refusal(
      now.has_value()
          ? Error(
                ErrorCode::InUse,
                {what + " has been changed since you read it", what + " 在您读取之后已被改动"},
                {"read it again, then repeat what you wanted to change", "请重新读取，再进行修改"})
          : Error(ErrorCode::NotFound, {what + " is not there", what + " 不存在"},
                  {"leave out If-Match to create it", "如要新建，请去掉 If-Match"}));
  refusal.changed = true;
  return refusal;
}

}  // namespace tagline::server
