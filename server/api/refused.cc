#include "server/api/refused.h"

namespace tagline::server {

HttpReply refused(const Call& call, const Refusal& refusal, std::string_view expression) {
  constexpr unsigned kUnprocessable = 422;
  const bool named = refusal.error.has_value() && (refusal.error->code() == ErrorCode::NotFound ||
                                                   refusal.error->code() == ErrorCode::BadInput);
  return named ? problem(call.request, kUnprocessable, *refusal.error)
               : problem(call.request, refusal, expression);
}

Result<std::string> expression_parameter(const Call& call, const std::string& example) {
  const std::string* expression = call.parameter("q");
  if (expression == nullptr) {
    return tl::unexpected(
        bad_input("the parameter \"q\" is missing", "缺少参数“q”",
                  {"give the expression: " + example, "请给出表达式：" + example}));
  }
  return *expression;
}

}  // namespace tagline::server
