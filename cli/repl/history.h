// History: what was typed, and when. One JSON object a line: {"time": seconds since 1970, "text"}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tagline::cli {

class History {
 public:
  struct Entry {
    std::int64_t time_s = 0;
    std::string text;
  };
  static constexpr std::size_t kKept = 2'000;

  /// Reads the file, of which the newest kKept are kept; "": nothing is kept beyond the session.
  explicit History(std::string file);

  /// TAGLINE_HISTORY, else tagline/history.ndjson in the user's folder for state (XDG_STATE_HOME,
  /// ~/.local/state); "" without a home.
  [[nodiscard]] static std::string default_file();

  /// Appends to the file, which only this user can read. What is the newest already is not added.
  void add(const std::string& text);
  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  /// Those that contain all the words, in any ASCII case; the newest last.
  [[nodiscard]] std::vector<Entry> found(std::string_view words) const;

 private:
  const std::string file_;
  std::vector<Entry> entries_;
};

}  // namespace tagline::cli
