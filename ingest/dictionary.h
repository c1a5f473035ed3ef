// Dictionary: from the cells of a flag, category or set column to codes.
#pragma once

#include "ingest/schema.h"
#include "ingest/text_table.h"
#include "storage/record.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tagline::ingest {

/// Codes 0 .. names().size()-1 are values: first those the database has, in its order, then new
/// ones in order of arrival. For a flag, 1 is "has it" and 0 "has it not". One thread.
class Dictionary {
 public:
  static constexpr std::uint32_t kUnknown = 0xFFFF'FFFFU;  ///< blank, or one of column.missing
  static constexpr std::uint32_t kAbsent =
      0xFFFF'FFFEU;  ///< never returned; the stage's mark for a key that is not there
  static constexpr std::uint32_t kRefused =
      0xFFFF'FFFDU;  ///< neither a true nor a false word; or no possible value name
  static constexpr std::uint32_t kCodes = 0xFFFF'0000U;  ///< codes are below this

  Dictionary(const Column& column, std::span<const storage::ValueRecord> known);

  /// `cell` as in the file (UTF-8). A text not seen before becomes a new value (flags: kRefused).
  [[nodiscard]] std::uint32_t code_of(std::string_view cell) {
    if (cell.size() > ShortCell::kBytesMax) {
      return look_up(cell);
    }
    const std::uint64_t word = ShortCell::word_of(cell);
    ShortCell& seen = short_cells_[ShortCell::place_of(word)];
    if (seen.word != word || seen.size != cell.size()) {
      seen = ShortCell{word, static_cast<std::uint32_t>(cell.size()), look_up(cell)};
    }
    return seen.code;
  }

  /// NFC names by code.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool full() const;  ///< more than kValuesMax values

 private:
  /// What a cell short enough to be compared as a number was last looked up as. Most values are
  /// this short, and a column sees the same few again and again.
  struct ShortCell {
    static constexpr std::size_t kBytesMax = 8;
    static constexpr std::size_t kPlaces = 1024;
    static constexpr std::uint32_t kFree = 0xFFFF'FFFFU;

    /// The bytes of the cell; different for different cells of one size.
    [[nodiscard]] static std::uint64_t word_of(std::string_view cell) {
      const auto read = [&](std::size_t at, std::size_t count) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, cell.data() + at, count);
        return bytes;
      };
      if (cell.size() >= 4) {
        return read(0, 4) | read(cell.size() - 4, 4) << 32U;
      }
      return cell.size() >= 2 ? read(0, 2) | read(cell.size() - 1, 1) << 16U
             : cell.empty()   ? 0
                              : read(0, 1);
    }
    [[nodiscard]] static std::size_t place_of(std::uint64_t word) {
      return word * 0x9E37'79B9'7F4A'7C15ULL >> 54U;
    }

    std::uint64_t word = 0;
    std::uint32_t size = kFree;
    std::uint32_t code = 0;
  };
  static_assert(ShortCell::kPlaces == std::size_t{1} << (64U - 54U));

  [[nodiscard]] std::uint32_t look_up(std::string_view cell) {
    const std::uint32_t index = spellings_.find(cell);
    return index == TextTable::kNone ? learn(cell) : codes_[index];
  }
  [[nodiscard]] std::uint32_t learn(std::string_view cell);
  void add_aliases(std::string_view value, std::span<const std::string> aliases);
  [[nodiscard]] std::uint32_t add_value(std::string name);
  void spell(std::string_view text, std::uint32_t code);

  bool flag_;
  TextTable spellings_;               ///< as written in files; several may be one value
  std::vector<std::uint32_t> codes_;  ///< of each spelling
  std::vector<ShortCell> short_cells_{ShortCell::kPlaces};
  std::vector<std::string> names_;
  /// Other spelling -> value, of the catalogue and the schema. A value that is itself named so
  /// wins.
  std::unordered_map<std::string, std::string> values_by_alias_;
};

/// The words of flags: pairs (true, false), lower case. Schemas without words of their own accept
/// all of them.
[[nodiscard]] std::span<const std::pair<std::string_view, std::string_view>> flag_pairs();

}  // namespace tagline::ingest
