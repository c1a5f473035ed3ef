#include "server/access/rate.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tagline::server {
namespace {

constexpr std::uint32_t kRequestsMax = 1'000'000;
constexpr std::array<std::pair<std::string_view, std::chrono::seconds>, 3> kWindows = {
    {{"s", std::chrono::seconds(1)},
     {"min", std::chrono::seconds(60)},
     {"h", std::chrono::seconds(3600)}}};

}  // namespace

Result<Rate> rate_of(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view number = text.substr(0, slash);
  const std::string_view unit =
      slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
  Rate rate;
  const auto [end, fault] =
      std::from_chars(number.data(), number.data() + number.size(), rate.requests);
  const auto* window = std::find_if(kWindows.begin(), kWindows.end(),
                                    [unit](const auto& each) { return each.first == unit; });
  if (fault != std::errc() || end != number.data() + number.size() || rate.requests == 0 ||
      rate.requests > kRequestsMax || window == kWindows.end()) {
    const std::string found(text);
    return failure(ErrorCode::BadInput,
                   {"\"" + found + "\" is no rate of requests", "“" + found + "”不是请求频率"},
                   {"write a number of 1 to 1000000 and s, min or h: 10/s, 600/min, 10000/h",
                    "请写 1 到 1000000 的整数加 s、min 或 h：10/s、600/min、10000/h"});
  }
  rate.window = window->second;
  return rate;
}

std::string text_of(const Rate& rate) {
  const auto* window = std::find_if(kWindows.begin(), kWindows.end(),
                                    [&](const auto& each) { return each.second == rate.window; });
  return std::to_string(rate.requests) + "/" +
         (window == kWindows.end() ? std::to_string(rate.window.count())
                                   : std::string(window->first));
}

}  // namespace tagline::server
