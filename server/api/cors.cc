#include "server/api/cors.h"

#include "server/api/problem.h"

#include <algorithm>
#include <utility>

namespace tagline::server {
namespace {

constexpr const char* kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";
constexpr const char* kHeaders =
    "Authorization, X-API-Key, X-Request-Id, Content-Type, Accept, Accept-Language, If-Match, "
    "If-None-Match, Idempotency-Key";
constexpr const char* kExposed =
    "ETag, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id, "
    "Location, Idempotent-Replayed, Tagline-As-Of, Tagline-Count, Tagline-Population, "
    "Tagline-Version";
constexpr const char* kMaxAge = "600";  // seconds for which a browser does not ask again
constexpr unsigned kNoContent = 204;

}  // namespace

bool is_origin(std::string_view text) {
  if (text == "*") {
    return true;
  }
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos || mark == 0) {
    return false;
  }
  constexpr std::string_view kKnown = "abcdefghijklmnopqrstuvwxyz0123456789-._:[]+";
  const std::string_view host = text.substr(mark + 3);
  return !host.empty() && host.find_first_not_of(kKnown) == std::string_view::npos &&
         text.substr(0, mark).find_first_not_of(kKnown) == std::string_view::npos;
}

Cors::Cors(std::vector<std::string> origins)
    : origins_(std::move(origins)),
      any_(std::find(origins_.begin(), origins_.end(), "*") != origins_.end()) {}

bool Cors::allows(std::string_view origin) const {
  return any_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

void Cors::dress(const HttpRequest& request, HttpReply& reply) const {
  if (origins_.empty()) {
    return;
  }
  const auto origin = request.field("Origin");
  if (!any_) {
    reply.set("Vary", "Origin");  // also without one, or a cache would give it to a page
  }
  if (!origin.has_value() || !allows(*origin)) {
    return;
  }
  reply.set("Access-Control-Allow-Origin", any_ ? "*" : std::string(*origin));
  reply.set("Access-Control-Expose-Headers", kExposed);
}

std::optional<HttpReply> Cors::preflight(const HttpRequest& request) const {
  const auto origin = request.field("Origin");
  if (origins_.empty() || request.method != "OPTIONS" || !origin.has_value() ||
      !request.field("Access-Control-Request-Method").has_value()) {
    return std::nullopt;
  }
  if (!allows(*origin)) {
    const std::string found(*origin);
    return problem(request, Error(ErrorCode::Forbidden,
                                  {"pages of " + found + " may not ask this server",
                                   "来自 " + found + " 的页面不能访问该服务器"},
                                  {"whoever runs it allows them with --cors ORIGIN",
                                   "服务器管理员可用 --cors ORIGIN 放行"}));
  }
  HttpReply reply;
  reply.status = kNoContent;
  reply.set("Access-Control-Allow-Methods", kMethods);
  reply.set("Access-Control-Allow-Headers", kHeaders);
  reply.set("Access-Control-Max-Age", kMaxAge);
  return reply;
}

}  // namespace tagline::server
