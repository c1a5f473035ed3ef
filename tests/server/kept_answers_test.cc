// A service that keeps answers, over a database that is loaded into between questions.
#include "server/answer_json.h"
#include "server/segments.h"
#include "server/service.h"
#include "server/tags.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

class KeptAnswers : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    storage::OpenOptions options;
    options.mode = storage::OpenMode::Create;
    service_ = Service::open((folder_ / "db").string(), options).value();
    load("id,city,vip,age\nu1,tier1,yes,20\nu2,tier1,no,30\nu3,tier2,yes,40\nu4,tier2,no,50\n");
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
  Answer ask(const std::string& expression) {
    QueryRequest request;
    request.expression = expression;
    request.explain = true;
    auto answer = service_->query(request);
    EXPECT_TRUE(answer.has_value());
    return std::move(answer).value();
  }
  static bool whole(const Answer& answer) { return answer.explanation->cache.value().use.whole; }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_kept_answers_" + std::to_string(getpid()));
  std::unique_ptr<Service> service_;
};

TEST_F(KeptAnswers, NoneUnlessAskedTo) {
  EXPECT_FALSE(service_->kept_answers().has_value());
  EXPECT_FALSE(ask("city:tier1").explanation->cache.has_value());
}

TEST_F(KeptAnswers, TheSameQuestionIsLookedUpUntilTheDataChanges) {
  service_->keep_answers(1U << 20U);
  const std::string question = "city:tier1 AND age >= 25";
  EXPECT_EQ(ask(question).count, 1U);
  const Answer again = ask("city:tier1  and  age>=25");
  EXPECT_EQ(again.count, 1U);
  EXPECT_TRUE(whole(again));
  // What a load changes is in the next answer; what it leaves alone is taken over.
  load("id,age\nu1,26\n");
  const Answer changed = ask(question);
  EXPECT_EQ(changed.count, 2U);
  EXPECT_FALSE(whole(changed));
  EXPECT_EQ(changed.explanation->cache->use.shards_run, 1U);
  EXPECT_EQ(ask("vip AND city:tier2").explanation->cache->use.shards_run, 1U);
  load("id,age\nu1,27\n");
  const Answer spared = ask("vip AND city:tier2");
  EXPECT_EQ(spared.count, 1U);
  EXPECT_EQ(spared.explanation->cache->use.shards_kept, 1U);
  EXPECT_EQ(spared.explanation->cache->use.shards_run, 0U);
  EXPECT_GT(service_->kept_answers()->bytes, 0U);
  EXPECT_LE(service_->kept_answers()->bytes, 1U << 20U);
}

TEST_F(KeptAnswers, EditsOfTheCatalogueLeaveThem) {
  service_->keep_answers(1U << 20U);
  Segments segments(service_->store());
  ASSERT_TRUE(segments.save("young", "age < 35", {}, std::nullopt).has_value());
  EXPECT_EQ(ask("@young AND vip").count, 1U);
  TagEdit title;
  title.title_en = "Very important";
  ASSERT_TRUE(Tags(*service_).change("vip", title, {}).has_value());
  ASSERT_TRUE(segments.freeze("young", {}).has_value());
  const Answer kept = ask("@young AND vip");
  EXPECT_EQ(kept.count, 1U);
  EXPECT_TRUE(whole(kept));
  // The same text with another rule is another question.
  ASSERT_TRUE(segments.save("young", "age < 45", {}, std::nullopt).has_value());
  EXPECT_EQ(ask("@young AND vip").count, 2U);
}

TEST_F(KeptAnswers, ABatchLooksUpWhatIsKnownAndKeepsTheRest) {
  const auto batch = [&](const std::vector<std::string>& expressions,
                         const std::vector<std::uint64_t>& expected) {
    std::vector<std::uint64_t> counts;
    const auto stats = service_->batch(expressions, {}, [&](std::size_t, const auto& one) {
      counts.push_back(one.has_value() ? one->count : 99);
    });
    EXPECT_EQ(counts, expected);
    return stats.value();
  };
  const std::vector<std::string> dashboard = {"city:tier1 AND age >= 25", "vip OR age >= 45", "vop",
                                              "top(1, by:age)"};
  BatchStats stats = batch(dashboard, {1, 3, 99, 1});
  EXPECT_EQ(stats.run, 3U);
  EXPECT_GT(stats.stats.blocks_run, 0U);
  EXPECT_FALSE(stats.cache.has_value());

  service_->keep_answers(1U << 20U);
  EXPECT_EQ(ask(dashboard[0]).count, 1U);
  stats = batch(dashboard, {1, 3, 99, 1});
  EXPECT_EQ(stats.whole, 1U);
  EXPECT_EQ(stats.run, 2U);
  EXPECT_EQ(stats.cache->answers, 3U);
  stats = batch(dashboard, {1, 3, 99, 1});
  EXPECT_EQ(stats.whole, 3U);
  EXPECT_EQ(stats.run, 0U);
  EXPECT_EQ(stats.stats.blocks_run, 0U);
  EXPECT_TRUE(whole(ask("vip or age>=45")));
  load("id,age\nu1,26\n");
  stats = batch(dashboard, {2, 3, 99, 1});
  EXPECT_EQ(stats.whole, 0U);
  EXPECT_EQ(stats.run, 3U);
}

// Its answer is kept whole; the shards that a question for itself has found out stay known.
TEST_F(KeptAnswers, ABatchForgetsNoShards) {
  service_->keep_answers(1U << 20U);
  const std::vector<std::string> one = {"vip AND city:tier2"};
  const auto batch = [&] {
    EXPECT_TRUE(service_->batch(one, {}, [](std::size_t, const auto&) {}).has_value());
  };
  EXPECT_EQ(ask(one[0]).count, 1U);
  load("id,age\nu1,26\n");
  batch();
  load("id,age\nu1,27\n");
  EXPECT_EQ(ask(one[0]).explanation->cache->use.shards_kept, 1U);
}

TEST_F(KeptAnswers, ExplainSaysWhatWasKept) {
  service_->keep_answers(1U << 20U);
  EXPECT_TRUE(nlohmann::json::parse(answer_json(ask("vip"), "vip"))
                  .at("explain")
                  .at("cache")
                  .at("whole")
                  .is_boolean());
  const auto json = nlohmann::json::parse(answer_json(ask("vip"), "vip"));
  EXPECT_EQ(json.at("explain").at("cache").at("whole"), true);
  EXPECT_EQ(json.at("explain").at("cache").at("bytes_max"), 1U << 20U);
}

}  // namespace
}  // namespace tagline::server
