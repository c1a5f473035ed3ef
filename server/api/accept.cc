#include "server/api/accept.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tagline::server {
namespace {

constexpr unsigned kWhole = 1000;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return made;
}

// "0.85": 850 thousandths; what is no weight is none.
unsigned weight_of(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.') ||
      text.size() > 5) {
    return 0;
  }
  unsigned thousandths = text[0] == '1' ? kWhole : 0;
  unsigned place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (digit < '0' || digit > '9') {
      return 0;
    }
    thousandths += static_cast<unsigned>(digit - '0') * place;
    place /= 10;
  }
  return std::min(thousandths, kWhole);
}

struct Range {
  std::string type;  ///< "text/csv", "text/*", "*/*"
  unsigned weight = kWhole;
};

std::vector<Range> ranges_of(std::string_view field) {
  std::vector<Range> ranges;
  while (!field.empty()) {
    const std::size_t comma = std::min(field.find(','), field.size());
    std::string_view rest = field.substr(0, comma);
    field.remove_prefix(std::min(comma + 1, field.size()));
    const std::size_t end = std::min(rest.find(';'), rest.size());
    Range range{lower(trimmed(rest.substr(0, end)))};
    rest.remove_prefix(end);
    while (!rest.empty()) {
      rest.remove_prefix(1);  // the semicolon
      const std::size_t next = std::min(rest.find(';'), rest.size());
      const std::string_view parameter = trimmed(rest.substr(0, next));
      if (parameter.substr(0, 2) == "q=" || parameter.substr(0, 2) == "Q=") {
        range.weight = weight_of(parameter.substr(2));
      }
      rest.remove_prefix(next);
    }
    if (!range.type.empty()) {
      ranges.push_back(std::move(range));
    }
  }
  return ranges;
}

// 3: the type itself, 2: any of its kind, 1: any, 0: another.
unsigned closeness(const std::string& range, std::string_view type) {
  if (range == type) {
    return 3;
  }
  const bool kind = range.size() > 2 && range.ends_with("/*") &&
                    type.starts_with(std::string_view(range).substr(0, range.size() - 1));
  return kind && range != "*/*" ? 2 : range == "*/*" ? 1 : 0;
}

}  // namespace

std::optional<std::size_t> accepted(std::string_view field,
                                    std::span<const std::string_view> offered) {
  const std::vector<Range> ranges = ranges_of(field);
  if (ranges.empty()) {
    return 0;
  }
  std::optional<std::size_t> best;
  unsigned most = 0;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    unsigned closest = 0;
    unsigned weight = 0;
    for (const Range& range : ranges) {
      const unsigned close = closeness(range.type, offered[i]);
      if (close > closest) {
        closest = close;
        weight = range.weight;
      }
    }
    if (weight > most) {
      most = weight;
      best = i;
    }
  }
  return best;
}

}  // namespace tagline::server
