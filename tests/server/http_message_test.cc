#include "server/http/http_message.h"

#include "server/http/percent_encoded.h"

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

TEST(Target, IsTakenApart) {
  const auto target = parse_target("/v1/tags/age%2F%E5%B9%B4?values=9&q=a+b%3A1&flag");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, (std::vector<std::string>{"v1", "tags", "age/年"}));
  const std::vector<std::pair<std::string, std::string>> query{
      {"values", "9"}, {"q", "a b:1"}, {"flag", ""}};
  EXPECT_EQ(target->query, query);
}

TEST(Target, OfNothingButASlash) {
  const auto target = parse_target("/");
  ASSERT_TRUE(target.has_value());
  EXPECT_TRUE(target->path.empty());
  EXPECT_TRUE(parse_target("/?")->query.empty());
}

TEST(Target, WhatCannotBeReadIsRefused) {
  for (const char* target : {"", "v1", "/%", "/%2", "/%zz", "/a?b=%4", "/%ff", "/?q=%C3%28"}) {
    EXPECT_FALSE(parse_target(target).has_value()) << target;
  }
}

TEST(HttpRequest, FieldsCompareWithoutRegardToCase) {
  HttpRequest request;
  request.fields = {{"Content-Type", "text/plain"}, {"content-type", "other"}};
  EXPECT_EQ(request.field("CONTENT-TYPE"), "text/plain");
  EXPECT_EQ(request.field("Content"), std::nullopt);
}

TEST(Targets, WhatIsEncodedIsReadAgain) {
  std::string ascii;
  for (char c = 1; c > 0 && c < 0x7F; ++c) {
    ascii += c;
  }
  for (const std::string& text :
       {ascii, std::string("城市 a/b?c&d=e+f%2F"), std::string("-._~aZ9")}) {
    const auto target =
        parse_target("/v1/" + percent_encoded(text) + "?q=" + percent_encoded(text));
    ASSERT_TRUE(target.has_value()) << text;
    EXPECT_EQ(target->path.back(), text);
    EXPECT_EQ(target->query.front().second, text);
  }
  EXPECT_EQ(percent_encoded("-._~aZ9"), "-._~aZ9");
}

}  // namespace
}  // namespace tagline::server
