#include "ingest/dictionary.h"

#include "ingest/limits.h"
#include "ingest/text.h"
#include "storage/write_txn.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tagline::ingest {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;
constexpr std::array<Pair, 8> kFlagPairs = {
    Pair{"yes", "no"}, Pair{"true", "false"}, Pair{"1", "0"},   Pair{"y", "n"},
    Pair{"t", "f"},    Pair{"是", "否"},      Pair{"有", "无"}, Pair{"on", "off"}};
/// Spellings kept beside the values themselves: the ways a file may write one value are not bounded
/// by kValuesMax.
constexpr std::uint32_t kSpellingsMax = 2 * static_cast<std::uint32_t>(kValuesMax);

}  // namespace

std::span<const std::pair<std::string_view, std::string_view>> flag_pairs() {
  return kFlagPairs;
}

Dictionary::Dictionary(const Column& column, std::span<const storage::ValueRecord> known)
    : flag_(column.kind == engine::TagKind::Flag) {
  spell("", kUnknown);
  for (const std::string& word : column.missing) {
    spell(flag_ ? to_lower_ascii(word) : word, kUnknown);
  }
  if (!flag_) {
    for (const storage::ValueRecord& value : known) {
      spell(value.name, static_cast<std::uint32_t>(names_.size()));
      names_.push_back(value.name);
      add_aliases(value.name, value.aliases);
    }
    for (const auto& [value, aliases] : column.value_aliases) {
      add_aliases(value, aliases);
    }
    return;
  }
  if (column.true_words.empty() && column.false_words.empty()) {
    for (const auto& [yes, no] : kFlagPairs) {
      spell(yes, 1);
      spell(no, 0);
    }
  }
  for (const std::string& word : column.true_words) {
    spell(to_lower_ascii(word), 1);
  }
  for (const std::string& word : column.false_words) {
    spell(to_lower_ascii(word), 0);
  }
}

void Dictionary::spell(std::string_view text, std::uint32_t code) {
  if (spellings_.add(text).inserted) {
    codes_.push_back(code);
  }
}

void Dictionary::add_aliases(std::string_view value, std::span<const std::string> aliases) {
  const auto name = to_nfc(trim(value));
  for (const std::string& alias : aliases) {
    auto spelling = to_nfc(trim(alias));
    if (name.has_value() && spelling.has_value()) {
      values_by_alias_.emplace(std::move(*spelling), *name);
    }
  }
}

std::uint32_t Dictionary::add_value(std::string name) {
  if (const std::uint32_t index = spellings_.find(name); index != TextTable::kNone) {
    return codes_[index];
  }
  if (name.size() > storage::kNameBytesMax || names_.size() > kValuesMax) {
    return kRefused;
  }
  const auto code = static_cast<std::uint32_t>(names_.size());
  spell(name, code);
  names_.push_back(std::move(name));
  return code;
}

std::uint32_t Dictionary::learn(std::string_view cell) {
  auto text = name_of_cell(cell);
  if (!text.has_value()) {
    return kRefused;
  }
  if (flag_) {
    *text = to_lower_ascii(*text);
  }
  std::uint32_t code = kRefused;
  if (const std::uint32_t index = spellings_.find(*text); index != TextTable::kNone) {
    code = codes_[index];
  } else if (!flag_) {
    const auto alias = values_by_alias_.find(*text);
    code = add_value(alias == values_by_alias_.end() ? std::move(*text) : alias->second);
  }
  if (code != kRefused && spellings_.size() < kSpellingsMax) {
    spell(cell, code);
  }
  return code;
}

bool Dictionary::full() const {
  return names_.size() > kValuesMax;
}

}  // namespace tagline::ingest
