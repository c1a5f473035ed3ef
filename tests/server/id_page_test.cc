// Pages of ids while the database is edited and loaded into: together they are exactly the answer,
// or the cursor says that it has expired.
#include "server/id_page.h"

#include "server/segments.h"
#include "server/tags.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

class IdPages : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    storage::OpenOptions options;
    options.mode = storage::OpenMode::Create;
    service_ = Service::open((folder_ / "db").string(), options).value();
    service_->keep_answers(std::size_t{1} << 20U);
    load(
        "id,city,vip,age\nu1,tier1,yes,20\nu2,tier1,no,30\nu3,tier2,yes,40\nu4,tier2,no,50\n"
        "u5,tier1,yes,20\nu6,tier1,yes,30\nu7,tier2,yes,40\nu8,tier3,no,50\n");
    ASSERT_TRUE(save("buyers", "vip"));
    ASSERT_TRUE(save("others", "age >= 30"));
    ASSERT_TRUE(put_list({"u1", "u3", "u6", "u8"}));
  }
  void TearDown() override {
    service_.reset();
    std::filesystem::remove_all(folder_);
  }
  void load(const std::string& csv) {
    const std::filesystem::path file = folder_ / "users.csv";
    std::ofstream(file) << csv;
    ASSERT_TRUE(service_->load(std::nullopt, {file.string()}, {}).has_value());
  }
  bool save(const std::string& name, const std::string& rule) {
    return Segments(service_->store()).save(name, rule, {}, std::nullopt).has_value();
  }
  bool put_list(const std::vector<std::string>& ids) {
    UserFinder finder(service_->store(), nullptr);
    for (const std::string& id : ids) {
      if (!finder.add(id).has_value()) {
        return false;
      }
    }
    auto listed = finder.found();
    return listed.has_value() && Segments(service_->store())
                                     .put_list("given", std::move(*listed), {"here", "此处"}, {})
                                     .has_value();
  }
  bool edit(const std::string& tag, const TagEdit& edit) {
    return Tags(*service_).change(tag, edit, {}).has_value();
  }

  struct Page {
    std::vector<std::string> ids;
    std::optional<std::string> next;
    std::optional<ErrorCode> refused;
    std::uint64_t remaining = 0;
  };
  // Every second one counts anew.
  Page page(const std::string& expression, const std::optional<std::string>& after) {
    Page page;
    QueryRequest request;
    request.expression = expression;
    request.answers = ++pages_ % 2 == 0 ? service_->answers() : nullptr;
    IdPageRequest how;
    how.limit = 2;
    how.after = after;
    const auto found = service_->store().read([&](const storage::Snapshot& snapshot) {
      return id_page(snapshot, request, how,
                     [&](std::string_view id) { page.ids.emplace_back(id); });
    });
    if (found.has_value()) {
      page.next = found->next;
      page.remaining = found->remaining;
    } else {
      page.refused =
          found.error().error.has_value() ? found.error().error->code() : ErrorCode::Internal;
    }
    return page;
  }
  std::vector<std::string> all(const std::string& expression) {
    std::vector<std::string> ids;
    QueryRequest request;
    request.expression = expression;
    EXPECT_TRUE(service_->store()
                    .read([&](const storage::Snapshot& snapshot) {
                      return all_ids(snapshot, request,
                                     [&](std::string_view id) { ids.emplace_back(id); });
                    })
                    .has_value());
    return ids;
  }
  /// What the second page of an expression says when `change` comes between.
  std::optional<ErrorCode> second(const std::string& expression,
                                  const std::function<void()>& change) {
    const Page first = page(expression, std::nullopt);
    EXPECT_TRUE(first.next.has_value());
    change();
    return page(expression, first.next).refused;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_id_pages_" + std::to_string(getpid()));
  unsigned pages_ = 0;
  std::unique_ptr<Service> service_;
};

TEST_F(IdPages, EditsThatChangeNothingOfItLeaveACursor) {
  const auto none = std::optional<ErrorCode>();
  TagEdit title;
  title.title_en = "Very important";
  EXPECT_EQ(second("vip", [&] { EXPECT_TRUE(edit("vip", title)); }), none);
  EXPECT_EQ(second("vip", [&] { EXPECT_TRUE(save("fresh", "NOT vip")); }), none);
  EXPECT_EQ(second("@buyers", [&] { EXPECT_TRUE(save("others", "age >= 40")); }), none);
  // Another text of the same meaning.
  EXPECT_EQ(second("@buyers", [&] { EXPECT_TRUE(save("buyers", "( vip )")); }), none);
  EXPECT_EQ(
      second("@others",
             [&] {
               EXPECT_TRUE(Segments(service_->store()).rename("buyers", "clients").has_value());
             }),
      none);
  EXPECT_EQ(
      second("vip",
             [&] { EXPECT_TRUE(Segments(service_->store()).freeze("others", {}).has_value()); }),
      none);
}

TEST_F(IdPages, OthersExpireIt) {
  const auto expired = std::optional(ErrorCode::CursorExpired);
  EXPECT_EQ(second("@buyers", [&] { EXPECT_TRUE(save("buyers", "NOT vip")); }), expired);
  EXPECT_EQ(second("vip", [&] { load("id,vip\nu2,yes\n"); }), expired);
  EXPECT_EQ(second("vip", [&] { load("id,vip\nu9,yes\n"); }), expired);
  EXPECT_EQ(second("@given", [&] { EXPECT_TRUE(put_list({"u1", "u2", "u3"})); }), expired);
  // In one state another expression is just that.
  const Page first = page("vip", std::nullopt);
  EXPECT_EQ(page("NOT vip", first.next).refused, ErrorCode::BadCursor);
}

TEST_F(IdPages, TogetherAreTheAnswerWhateverComesBetween) {
  const std::vector<std::string> questions = {
      "vip",       "@buyers OR @others",     "@given",         "city:tier*", "NOT @others",
      "age >= 30", "@given AND NOT @buyers", "top(5, by:age)", "sample(6)",  "vip OR city:tier1",
  };
  std::mt19937 random(7);
  const auto one_of = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::vector<std::string> rules = {"vip",       "NOT vip",  "(vip)",
                                          "age >= 30", "age > 29", "city:tier1"};
  unsigned finished = 0;
  unsigned expired = 0;
  unsigned edited = 0;  // finished although something was changed on the way
  for (int round = 0; round < 300; ++round) {
    const std::string question = questions[one_of(questions.size())];
    const std::vector<std::string> answer = all(question);
    std::vector<std::string> seen;
    std::optional<std::string> next;
    bool changed = false;
    for (;;) {
      const Page one = page(question, next);
      if (one.refused.has_value()) {
        ASSERT_EQ(*one.refused, ErrorCode::CursorExpired) << question;
        ++expired;
        break;
      }
      seen.insert(seen.end(), one.ids.begin(), one.ids.end());
      ASSERT_EQ(seen.size() + one.remaining, answer.size()) << question;
      next = one.next;
      if (!next.has_value()) {
        ASSERT_EQ(seen, answer) << question;
        ++finished;
        edited += changed ? 1 : 0;
        break;
      }
      const std::string number = std::to_string(round);
      changed = true;
      switch (one_of(9)) {
        case 0: {
          TagEdit title;
          title.title_en = "title " + number;
          ASSERT_TRUE(edit("vip", title));
          break;
        }
        case 1:
          ASSERT_TRUE(save("buyers", rules[one_of(rules.size())]));
          break;
        case 2:
          ASSERT_TRUE(save("others", rules[one_of(rules.size())]));
          break;
        case 3: {
          FreezeRequest request;
          request.name = "frozen" + number + "x" + std::to_string(one_of(1'000'000));
          ASSERT_TRUE(Segments(service_->store()).freeze("others", request).has_value());
          break;
        }
        case 4:
          load("id,age\nu" + std::to_string(1 + one_of(9)) + "," +
               std::to_string(20 + 10 * one_of(3)) + "\n");
          break;
        case 5:
          ASSERT_TRUE(put_list({"u1", "u" + std::to_string(1 + one_of(8)), "u6"}));
          break;
        default:
          changed = false;
          break;
      }
    }
  }
  EXPECT_GT(expired, 20U);
  EXPECT_GT(edited, 20U);
  EXPECT_GT(finished, edited);
}

}  // namespace
}  // namespace tagline::server
