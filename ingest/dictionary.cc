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

std::uint32_t Dictionary::learn(std::string_view cell) {
  auto text = to_nfc(trim(cell));
  if (!text.has_value()) {
    return kRefused;
  }
  if (flag_) {
    *text = to_lower_ascii(*text);
  }
  std::uint32_t code = kRefused;
  if (const std::uint32_t index = spellings_.find(*text); index != TextTable::kNone) {
    code = codes_[index];
  } else if (!flag_ && text->size() <= storage::kNameBytesMax && names_.size() <= kValuesMax) {
    code = static_cast<std::uint32_t>(names_.size());
    spell(*text, code);
    names_.push_back(std::move(*text));
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
