#include "server/http/http_message.h"

#include "ingest/text.h"

#include <algorithm>

namespace tagline::server {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char low = lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::optional<std::string> unescape(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = high < 0 ? -1 : hex_digit(text[i + 2]);
      if (low < 0) {
        return std::nullopt;
      }
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!ingest::is_utf8(out)) {
    return std::nullopt;
  }
  return out;
}

// Calls fn for each part between separators; stops and says so when fn gives false.
template <class Fn>
bool split(std::string_view text, char separator, const Fn& fn) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (!fn(text.substr(0, end))) {
      return false;
    }
    if (end == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<std::string_view> HttpRequest::field(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [name](const HttpField& field) {
    return same_name(field.name, name);
  });
  return found == fields.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::string HttpRequest::list(std::string_view name) const {
  std::string list;
  for (const HttpField& each : fields) {
    if (same_name(each.name, name)) {
      list += (list.empty() ? "" : ", ") + each.value;
    }
  }
  return list;
}

HttpReply completed(HttpReply reply, const HttpReply& before) {
  reply.route = before.route;
  reply.key = before.key;
  reply.fields.insert(reply.fields.end(), before.fields.begin(), before.fields.end());
  return reply;
}

std::optional<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') {
    return std::nullopt;
  }
  Target parts;
  const std::size_t mark = target.find('?');
  const std::string_view path = target.substr(1, mark == std::string_view::npos ? mark : mark - 1);
  const bool path_is_fine = path.empty() || split(path, '/', [&](std::string_view part) {
                              auto text = unescape(part, false);
                              if (text.has_value()) {
                                parts.path.push_back(std::move(*text));
                              }
                              return text.has_value();
                            });
  if (!path_is_fine) {
    return std::nullopt;
  }
  if (mark == std::string_view::npos) {
    return parts;
  }
  const bool query_is_fine = split(target.substr(mark + 1), '&', [&](std::string_view part) {
    if (part.empty()) {
      return true;
    }
    const std::size_t equals = part.find('=');
    auto name = unescape(part.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                  : unescape(part.substr(equals + 1), true);
    if (!name.has_value() || !value.has_value()) {
      return false;
    }
    parts.query.emplace_back(std::move(*name), std::move(*value));
    return true;
  });
  if (!query_is_fine) {
    return std::nullopt;
  }
  return parts;
}

}  // namespace tagline::server
