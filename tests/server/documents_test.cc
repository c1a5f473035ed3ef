// The server's description of itself: every route is in it, and nothing else.
#include "server/api/documents.h"

#include "tests/server/shop_routes.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

using nlohmann::json;
using Operation = std::pair<std::string, std::string>;  // "GET", "/v1/tags/{tag}"

const json& document() {
  static const json kDocument = json::parse(openapi_document());
  return kDocument;
}

std::set<std::string> parameters_of(const json& operation, const std::string& in) {
  std::set<std::string> names;
  for (const json& each : operation.value("parameters", json::array())) {
    const json& real =
        each.contains("$ref")
            ? document().at(json::json_pointer(each["$ref"].get<std::string>().substr(1)))
            : each;
    if (real["in"] == in) {
      names.insert(real["name"]);
    }
  }
  return names;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  return text;
}

TEST(Documents, DescribeEveryRouteAndNothingElse) {
  ShopRoutes shop("documents");
  std::set<Operation> described;
  for (const auto& [path, methods] : document()["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      if (method != "parameters") {
        described.emplace(upper(method), path);
      }
    }
  }
  std::set<Operation> there;
  for (const RouteName& route : shop.routes().names()) {
    there.emplace(route.method, route.path);
    if (described.count({route.method, route.path}) == 0) {
      continue;
    }
    std::string method = route.method;
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    const json& operation = document()["paths"][route.path][method];
    EXPECT_EQ(parameters_of(operation, "query"),
              std::set<std::string>(route.parameters.begin(), route.parameters.end()))
        << route.method << " " << route.path;
    EXPECT_EQ(operation.value("x-role", ""), route.open ? "none" : name_of(route.role))
        << route.method << " " << route.path;
    for (const std::string& name : parameters_of(operation, "path")) {
      EXPECT_NE(route.path.find("{" + name + "}"), std::string::npos) << route.path;
    }
  }
  EXPECT_EQ(described, there);
}

TEST(Documents, AreServedToWhoHasNoKey) {
  ShopRoutes shop("documents_served");
  const HttpReply reply = shop.ask("GET", "/openapi.json", "", {});
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(json::parse(reply.body)["openapi"], "3.1.0");
  const HttpReply page = shop.ask("GET", "/docs", "", {});
  EXPECT_EQ(page.status, 200U);
  EXPECT_NE(page.body.find("<!doctype html>"), std::string::npos);
  EXPECT_EQ(page.body.find("https://"), std::string::npos) << "the page asks for nothing elsewhere";
  const HttpReply root = shop.ask("GET", "/", "", {});
  EXPECT_EQ(root.status, 303U);
  EXPECT_NE(std::find_if(root.fields.begin(), root.fields.end(),
                         [](const HttpField& field) {
                           return field.name == "Location" && field.value == "/docs";
                         }),
            root.fields.end());
}

TEST(Documents, NameEveryCodeOfARefusal) {
  std::ifstream file(std::string(TAGLINE_SOURCE_DIR) + "/grammar-docs/http.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string codes =
      text.substr(text.find("### Codes"), text.find("## Asking") - text.find("### Codes"));
  for (std::size_t code = 0; code <= static_cast<std::size_t>(ErrorCode::Internal); ++code) {
    const std::string name(wire_name(static_cast<ErrorCode>(code)));
    EXPECT_NE(codes.find("`" + name + "`"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace tagline::server
