// Columns of identities: users of files and of events are linked, and merged, in the load's commit.
#include "ingest/person.h"
#include "tests/ingest/event_database.h"

#include <string>
#include <vector>

namespace tagline::ingest {
namespace {

using Content = Database::Content;

Schema with_links() {
  Schema schema;
  schema.id_column = "id";
  Column spend;
  spend.column = spend.tag = "spend";
  spend.kind = engine::TagKind::Number;
  schema.columns = {spend};
  schema.links = {{"mobile", "phone"}, {"mail", "email"}};
  return schema;
}

std::string user_of(Database& database, const std::string& id) {
  return database.store()
      .read([&](const storage::Snapshot& snapshot) -> Result<std::string> {
        TAGLINE_ASSIGN_OR_RETURN(const auto user, find_person(snapshot, id));
        return user.has_value() ? snapshot.external_id(*user) : Result<std::string>("");
      })
      .value();
}

TEST(LoadLinks, UsersAreFoundByTheirIdentitiesAndMergedByThem) {
  Database database;
  const std::string file = database.folder().write("users.csv",
                                                   "id,spend,mobile,mail\n"
                                                   "u1,1,138 0013 8000,\n"
                                                   "u2,2,,two@example.com\n"
                                                   "u3,3,+86-138-0013-8000,three@example.com\n"
                                                   "u4,4,,\n");
  const auto report = load(database.store(), with_links(), {file}, {});
  ASSERT_TRUE(report.has_value()) << report.error().message().en;
  EXPECT_EQ(report->rejected, 0U);
  EXPECT_EQ(report->links.identities_new, 3U);
  EXPECT_EQ(report->links.merges, 1U);
  EXPECT_EQ(user_of(database, "phone:13800138000"), "u1");
  EXPECT_EQ(user_of(database, "email:THREE@example.com"), "u1");
  EXPECT_EQ(user_of(database, "u3"), "u1");
  EXPECT_EQ(user_of(database, "email:two@example.com"), "u2");
  EXPECT_EQ(database.content(), (Content{{"u1", {{"spend", {"1"}}}},
                                         {"u2", {{"spend", {"2"}}}},
                                         {"u4", {{"spend", {"4"}}}}}));
  database.expect_clean();
  // Again: nothing is new, and what is said of u3 is said of u1.
  const auto again = load(database.store(), with_links(), {file}, {});
  ASSERT_TRUE(again.has_value()) << again.error().message().en;
  EXPECT_EQ(again->links.identities_new, 0U);
  EXPECT_EQ(again->links.merges, 0U);
  EXPECT_EQ(database.content()["u1"], (Content::mapped_type{{"spend", {"3"}}}));
  database.expect_clean();
}

TEST(LoadLinks, WhatCanBeNoIdentityIsABadRow) {
  Database database;
  LoadOptions options;
  options.max_errors_share = 1;
  const auto report = load(database.store(), with_links(),
                           {database.folder().write("users.csv",
                                                    "id,spend,mobile,mail\n"
                                                    "u1,1,call me,\n"
                                                    "u2,2,,nobody\n"
                                                    "u3,3,13800138000,a@example.com\n")},
                           options);
  ASSERT_TRUE(report.has_value()) << report.error().message().en;
  EXPECT_EQ(report->rejected, 2U);
  EXPECT_NE(report->first_rejects[0].reason.en.find("column mobile"), std::string::npos)
      << report->first_rejects[0].reason.en;
  EXPECT_EQ(report->links.identities_new, 2U);
}

TEST(LoadLinks, ATypeNobodyKnowsIsRefusedBeforeAnythingIsRead) {
  Database database;
  Schema schema = with_links();
  schema.links[0].type = "fax";
  const auto report =
      load(database.store(), schema,
           {database.folder().write("users.csv", "id,spend,mobile,mail\nu1,1,2,\n")}, {});
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::BadSchema);
  EXPECT_NE(report.error().message().en.find("phone"), std::string::npos);
}

TEST(LoadLinks, WhatManyShareIsLeftOutAndTheirTagsAreLoaded) {
  Database database;
  std::string text = "id,spend,mobile,mail\n";
  for (int i = 0; i < 120; ++i) {
    text += "u" + std::to_string(i) + ",1,13800138000,\n";
  }
  const auto report =
      load(database.store(), with_links(), {database.folder().write("users.csv", text)}, {});
  ASSERT_TRUE(report.has_value()) << report.error().message().en;
  EXPECT_EQ(report->links.merges, 99U);
  EXPECT_EQ(report->links.refused, 20U);
  EXPECT_EQ(report->links.first_refused.size(), LinkCounts::kRefusedKept);
  EXPECT_EQ(database.content().size(), 21U);
  database.expect_clean();
}

TEST(LoadLinks, EventsNameTheirUsersByIdentitiesToo) {
  EventDatabase database;
  Schema schema = shop_events();
  schema.events->links = {{"phone", "phone"}};
  const std::string text =
      "u,t,k,a,phone\nu1,2024-01-01,x,1,13800138000\nu2,2024-01-01,x,2,13800138000\n"
      "phone:13800138000,2024-01-02,x,4,\n";
  const auto report =
      load(database.store(), schema, {database.folder().write("events.csv", text)}, {});
  ASSERT_TRUE(report.has_value()) << report.error().message().en;
  EXPECT_EQ(report->links.merges, 2U);
  EXPECT_EQ(user_of(database, "u2"), "u1");
  const EventContent content = database.content();
  EXPECT_EQ(content.at({"buy", "", "u1", "2024-01-01"}).first, 2U);
  EXPECT_EQ(content.at({"buy", "", "u1", "2024-01-02"}).first, 1U);
  database.expect_clean();
}

TEST(LoadLinks, ALoadWhoseUsersWereMergedMeanwhileIsSentBack) {
  Database database;
  const std::string file =
      database.folder().write("users.csv", "id,spend,mobile,mail\nu1,1,,\nu2,2,,\n");
  ASSERT_TRUE(load(database.store(), with_links(), {file}, {}).has_value());
  LoadOptions options;
  bool merged = false;
  options.progress = [&](const Progress& now) {
    if (now.committing && !merged) {
      merged = true;
      ASSERT_TRUE(database.store().write([](storage::WriteTxn& txn) -> Status {
        TAGLINE_ASSIGN_OR_RETURN(People people, People::open(txn, 0, ""));
        for (const char* user : {"u1", "u2"}) {
          LinkRequest request;
          request.user = user;
          request.identities = {"crm:1"};
          TAGLINE_ASSIGN_OR_RETURN(const auto linked, people.link(request, {}));
          EXPECT_TRUE(linked.done.has_value());
        }
        return {};
      }));
    }
  };
  const auto report =
      load(database.store(), with_links(),
           {database.folder().write("more.csv", "id,spend,mobile,mail\nu2,9,,\n")}, options);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::Busy);
  database.expect_clean();
}

}  // namespace
}  // namespace tagline::ingest
