#include "ingest/infer.h"

#include "ingest/field_plan.h"
#include "ingest/sniff.h"

#include <string>

#include <gtest/gtest.h>

namespace tagline::ingest {
namespace {

using engine::TagKind;

Schema must_infer(const std::string& sample, const InferOptions& options = {}) {
  auto schema = infer_sample(sample, true, options);
  EXPECT_TRUE(schema.has_value()) << (schema.has_value() ? "" : schema.error().message().en);
  return schema.value_or(Schema{});
}

const Column& column_of(const Schema& schema, const std::string& name) {
  for (const Column& column : schema.columns) {
    if (column.column == name) {
      EXPECT_FALSE(column.why.en.empty()) << name;
      EXPECT_FALSE(column.why.zh.empty()) << name;
      return column;
    }
  }
  ADD_FAILURE() << "no column " << name;
  static const Column kNone;
  return kNone;
}

/// "flag", "number 2", "date %Y-%m-%d", "set |", "set+ ,", "category", "skip".
std::string kind_of(const Schema& schema, const std::string& name) {
  const Column& column = column_of(schema, name);
  if (column.skip) {
    return "skip";
  }
  switch (column.kind) {
    case TagKind::Flag:
      return "flag";
    case TagKind::Category:
      return "category";
    case TagKind::Set:
      return (column.update == SetUpdate::Add ? "set+ " : "set ") + column.separator;
    case TagKind::Number:
      return "number " + std::to_string(column.scale);
    case TagKind::Date:
      return "date " + column.date_format;
    case TagKind::Event:  // inference never says so
      break;
  }
  return "?";
}

/// One column named v, a value a row beside a distinct id.
std::string table(const std::vector<std::string>& values, const std::string& name = "v") {
  std::string text = "id," + name + "\n";
  for (std::size_t i = 0; i < values.size(); ++i) {
    text += "u" + std::to_string(i) + ",\"" + values[i] + "\"\n";
  }
  return text;
}
std::string kind_of_values(const std::vector<std::string>& values) {
  return kind_of(must_infer(table(values)), "v");
}

TEST(Infer, SemicolonsAndQuotesAsInBankMarketing) {
  const Schema schema = must_infer(
      "\"age\";\"job\";\"default\";\"balance\";\"housing\";\"day\";\"pdays\";\"emp.var.rate\";"
      "\"y\"\n"
      "58;\"management\";\"no\";2143;\"yes\";5;-1;1.1;\"no\"\n"
      "44;\"technician\";\"unknown\";-29;\"yes\";5;-1;-1.8;\"no\"\n"
      "33;\"technician\";\"no\";2;\"no\";6;871;1.4;\"yes\"\n");
  EXPECT_EQ(schema.delimiter, ';');
  EXPECT_TRUE(schema.header);
  EXPECT_EQ(schema.id_column, "");
  EXPECT_EQ(kind_of(schema, "age"), "number 0");
  EXPECT_EQ(kind_of(schema, "job"), "category");
  EXPECT_EQ(kind_of(schema, "default"), "category");
  EXPECT_EQ(kind_of(schema, "balance"), "number 0");
  EXPECT_EQ(kind_of(schema, "housing"), "flag");
  EXPECT_EQ(kind_of(schema, "pdays"), "number 0");
  EXPECT_EQ(kind_of(schema, "emp.var.rate"), "number 1");
  EXPECT_EQ(column_of(schema, "emp.var.rate").tag, "emp.var.rate");
  EXPECT_EQ(kind_of(schema, "y"), "flag");
}

TEST(Infer, NoHeaderAndSpacesAsInAdult) {
  const Schema schema = must_infer(
      "39, State-gov, 77516, Bachelors, 13, White, 2174, United-States, <=50K\n"
      "50, Self-emp, 83311, Bachelors, 13, White, 0, ?, <=50K\n"
      "38, ?, 215646, HS-grad, 9, Black, 0, United-States, >50K\n"
      "28, State-gov, 1, HS-grad, 9, Black, 0, Cuba, >50K\n");
  EXPECT_FALSE(schema.header);
  EXPECT_EQ(schema.delimiter, ',');
  EXPECT_EQ(schema.id_column, "");
  ASSERT_EQ(schema.columns.size(), 9U);
  EXPECT_EQ(kind_of(schema, "#1"), "number 0");
  EXPECT_EQ(column_of(schema, "#1").tag, "c1");
  EXPECT_EQ(kind_of(schema, "#2"), "category");
  EXPECT_EQ(column_of(schema, "#2").missing, std::vector<std::string>{"?"});
  EXPECT_EQ(kind_of(schema, "#9"), "category");
}

TEST(Infer, ARemarkBeforeTheRowsAsInAdultTest) {
  const Schema schema = must_infer(
      "|1x3 Cross validator\n25, Private, <=50K.\n38, Private, <=50K.\n28, Local-gov, >50K.\n");
  EXPECT_FALSE(schema.header);
  EXPECT_EQ(schema.columns.size(), 3U);
}

TEST(Infer, FlagsAndBlanksAsInTelco) {
  const Schema schema = must_infer(
      "customerID,gender,SeniorCitizen,Partner,MultipleLines,MonthlyCharges,TotalCharges,Churn\n"
      "7590-VHVEG,Female,0,Yes,No phone service,29.85,29.85,No\n"
      "5575-GNVDE,Male,0,No,No,56.95, ,No\n"
      "3668-QPYBK,Male,1,No,No,53.85,108.15,Yes\n");
  EXPECT_EQ(schema.id_column, "customerID");
  EXPECT_EQ(kind_of(schema, "gender"), "category");
  EXPECT_EQ(kind_of(schema, "SeniorCitizen"), "flag");
  EXPECT_EQ(kind_of(schema, "Partner"), "flag");
  EXPECT_EQ(kind_of(schema, "MultipleLines"), "category");
  EXPECT_EQ(kind_of(schema, "TotalCharges"), "number 2");
  EXPECT_EQ(kind_of(schema, "Churn"), "flag");
}

TEST(Infer, QuotedIdsAndBandsAsInCompleteJourney) {
  const Schema schema = must_infer(
      "\"household_id\",\"age\",\"income\",\"household_size\",\"household_comp\",\"kids_count\"\n"
      "\"1\",\"65+\",\"35-49K\",\"2\",\"2 Adults No Kids\",\"0\"\n"
      "\"1001\",\"45-54\",\"50-74K\",\"1\",\"1 Adult No Kids\",\"0\"\n"
      "\"1003\",\"35-44\",\"25-34K\",\"5+\",\"2 Adults Kids\",\"3+\"\n");
  EXPECT_EQ(schema.id_column, "household_id");
  for (const char* name : {"age", "income", "household_size", "household_comp", "kids_count"}) {
    EXPECT_EQ(kind_of(schema, name), "category") << name;
  }
}

TEST(Infer, IdsThatRepeat) {
  const std::string campaigns =
      "\"campaign_id\",\"household_id\",\"city\"\n\"1\",\"105\",\"a\"\n\"2\",\"105\",\"a\"\n\"1\","
      "\"1238\",\"b\"\n";
  const Schema rows = must_infer(campaigns);
  EXPECT_EQ(rows.id_column, "");
  EXPECT_EQ(kind_of(rows, "household_id"), "category");
  EXPECT_NE(column_of(rows, "household_id").why.en.find("--id household_id"), std::string::npos);
  InferOptions options;
  options.id_column = "household_id";
  const Schema households = must_infer(campaigns, options);
  EXPECT_EQ(households.id_column, "household_id");
  EXPECT_EQ(kind_of(households, "campaign_id"), "set+ ");
  EXPECT_EQ(kind_of(households, "city"), "category");
  options.id_column = "#row";
  EXPECT_EQ(must_infer("id,a\n1,x\n", options).id_column, "");
  options.id_column = "hosehold_id";
  const auto missing = infer_sample(campaigns, true, options);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::BadSchema);
  EXPECT_NE(missing.error().hint().en.find("household_id"), std::string::npos);
}

TEST(Infer, IdsAreKnownByTheirNamesInBothLanguages) {
  for (const char* name : {"编号", "客户", "顾客", "顾客编号", "卡号", "账号", "会员卡号", "openid",
                           "unionid", "手机号", "身份证号", "phone", "email"}) {
    const Schema schema = must_infer(std::string(name) + ",姓名\nA1,张三\nA2,李四\n");
    EXPECT_EQ(schema.id_column, name);
  }
  // What everybody has one of gives way to what is called an id.
  EXPECT_EQ(must_infer("手机号,会员号\n13800000001,A1\n13800000002,A2\n").id_column, "会员号");
  for (const char* name : {"产品编号", "门店编号", "城市", "会员"}) {
    EXPECT_EQ(must_infer(std::string(name) + ",姓名\nA1,张三\nA2,李四\n").id_column, "") << name;
  }
}

// By row number the rows of a second file would be written over the people of the first.
TEST(Infer, ASecondFileWithoutIdsIsRefused) {
  InferOptions options;
  const auto load = [&] { return infer_sample("姓名,城市\n王五,上海\n", true, options); };
  EXPECT_EQ(load().value().id_column, "") << "nobody is there yet";
  options.is_user = [](std::string_view id) -> Result<bool> { return id == "1"; };
  const auto over = load();
  ASSERT_FALSE(over.has_value());
  EXPECT_EQ(over.error().code(), ErrorCode::SchemaConflict);
  EXPECT_NE(over.error().message().zh.find("覆盖"), std::string::npos);
  EXPECT_NE(over.error().message().en.find("written over users 1, 2, 3"), std::string::npos);
  EXPECT_NE(over.error().hint().en.find("--id"), std::string::npos);
  options.is_user = [](std::string_view) -> Result<bool> { return false; };
  EXPECT_FALSE(load().has_value()) << "nor are they people nobody has heard of";
  options.id_column = "#row";
  EXPECT_EQ(load().value().id_column, "") << "who asks for it";
}

TEST(Infer, AFewBadIdsDoNotMakeRowsAnonymous) {
  std::string text = "id,v\n,a\nu0,b\n";
  for (int i = 0; i < 300; ++i) {
    text += "u" + std::to_string(i) + ",a\n";
  }
  EXPECT_EQ(must_infer(text).id_column, "id");
  EXPECT_EQ(must_infer("id,v\nu1,a\nu1,b\n").id_column, "");
}

TEST(Infer, ChineseNamesAndWords) {
  const Schema schema = must_infer(
      "会员号,城市,是否会员,注册日期\nA1,上海,是,2024年1月5日\nA2,北京,否,2024年11月15日\nA3,上海,"
      "否,2023年1月5日\n");
  EXPECT_EQ(schema.id_column, "会员号");
  EXPECT_EQ(kind_of(schema, "城市"), "category");
  EXPECT_EQ(kind_of(schema, "是否会员"), "flag");
  EXPECT_EQ(column_of(schema, "是否会员").true_words, std::vector<std::string>{"是"});
  EXPECT_EQ(kind_of(schema, "注册日期"), "date %Y年%m月%d日");
}

TEST(Infer, KindsOfValues) {
  EXPECT_EQ(kind_of_values({"yes", "no", "yes"}), "flag");
  EXPECT_EQ(kind_of_values({"Y", "n", "N"}), "flag");
  EXPECT_EQ(kind_of_values({"no", "no"}), "flag");
  EXPECT_EQ(kind_of_values({"1", "0"}), "flag");
  EXPECT_EQ(kind_of_values({"1", "1"}), "number 0");
  EXPECT_EQ(kind_of_values({"yes", "no", ""}), "category");
  EXPECT_EQ(kind_of_values({"yes", "no", "unknown"}), "category");
  EXPECT_EQ(kind_of_values({"1", "2", "3"}), "number 0");
  EXPECT_EQ(kind_of_values({"1.50", "-2", "?", "NA", " 3 "}), "number 2");
  EXPECT_EQ(kind_of_values({"17850.0", "13047.0"}), "number 0");
  EXPECT_EQ(kind_of_values({"0.1234567890123", "1"}), "skip");
  EXPECT_EQ(kind_of_values({"1,000", "2,000"}), "category");
  EXPECT_EQ(kind_of_values({"1e5", "2e5"}), "category");
  EXPECT_EQ(kind_of_values({"00123", "00456", "00123"}), "category");
  EXPECT_EQ(kind_of_values({"13800138000", "13900139000"}), "category");
  EXPECT_EQ(kind_of_values({"25-34", "65+"}), "category");
  EXPECT_EQ(kind_of_values({"2024-01-31", "", "\\N"}), "date %Y-%m-%d");
  EXPECT_EQ(kind_of_values({"20240131", "20231201"}), "date %Y%m%d");
  EXPECT_EQ(kind_of_values({"20240131", "20241301"}), "number 0");
  EXPECT_EQ(kind_of_values({"31/01/2024", "01/02/2024"}), "date %d/%m/%Y");
  EXPECT_EQ(kind_of_values({"01/31/2024", "01/02/2024"}), "date %m/%d/%Y");
  EXPECT_EQ(kind_of_values({"31.01.2024"}), "date %d.%m.%Y");
  EXPECT_EQ(kind_of_values({"2017-01-28 14:06:53", "2017-01-29 00:00:00"}),
            "date %Y-%m-%d %H:%M:%S");
  EXPECT_EQ(kind_of_values({"2017-01-28T14:06:53Z", "2017-01-28"}), "date %Y-%m-%d %H:%M:%S");
  EXPECT_EQ(kind_of_values({"i1|i2", "i1", "i2|i3", "i3", ""}), "set |");
  EXPECT_EQ(kind_of_values({"a;b", "b;a;c", "c;a"}), "set ;");
  EXPECT_EQ(kind_of_values({"red,blue", "red", "blue"}), "set ,");
  EXPECT_EQ(kind_of_values({"Paris, France", "Lyon, France", "Nice, France"}), "category");
  EXPECT_EQ(kind_of_values({"", ""}), "skip");
  EXPECT_EQ(kind_of_values({"same", "same"}), "category");
  EXPECT_EQ(kind_of_values({"short", std::string(400, 'x')}), "skip");
  EXPECT_NE(column_of(must_infer(table({"1/2/2024"})), "v").why.en.find("cannot be told apart"),
            std::string::npos);
  EXPECT_EQ(column_of(must_infer(table({"1.5", "?", "\\N"})), "v").missing,
            (std::vector<std::string>{"?", "\\N"}));
}

TEST(Infer, FreeTextIsSkipped) {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) {
    names.push_back("name " + std::to_string(i));
  }
  EXPECT_EQ(kind_of_values(names), "skip");
}

TEST(Infer, NamesThatExpressionsCanUse) {
  const Schema schema = must_infer("id,Last order,Last_order,(x)\nu1,a,b,c\nu2,a,b,c\n");
  EXPECT_EQ(column_of(schema, "Last order").tag, "Last_order");
  EXPECT_EQ(column_of(schema, "Last order").aliases, std::vector<std::string>{"Last order"});
  EXPECT_EQ(column_of(schema, "Last_order").tag, "Last_order_2");
  EXPECT_EQ(column_of(schema, "(x)").tag, "x");
}

TEST(Infer, HeadersNobodyCanSeeOrAskFor) {
  const Schema schema =
      must_infer("id,\"\u202A姓名\u202C\",\"two\nlines\",..\nu1,a,b,c\nu2,a,b,c\n");
  EXPECT_EQ(column_of(schema, "\u202A姓名\u202C").tag, "姓名");
  EXPECT_TRUE(column_of(schema, "\u202A姓名\u202C").aliases.empty());
  EXPECT_EQ(column_of(schema, "two\nlines").tag, "two_lines");
  EXPECT_TRUE(column_of(schema, "two\nlines").aliases.empty());
  EXPECT_EQ(column_of(schema, "..").tag, "c4");
  EXPECT_TRUE(column_of(schema, "..").aliases.empty());
  EXPECT_TRUE(check_schema(schema).has_value());
}

TEST(Infer, KnownTagsWin) {
  InferOptions options;
  storage::TagRecord level;
  level.name = "level";
  level.kind = TagKind::Category;
  level.aliases = {"会员等级"};
  storage::TagRecord spend;
  spend.name = "spend";
  spend.kind = TagKind::Number;
  spend.scale = 2;
  options.known_tags = {level, spend};
  const Schema schema = must_infer("id,会员等级,Spend\nu1,1,5\nu2,2,6\n", options);
  EXPECT_EQ(kind_of(schema, "会员等级"), "category");
  EXPECT_EQ(column_of(schema, "会员等级").tag, "level");
  EXPECT_EQ(kind_of(schema, "Spend"), "number 2");
  EXPECT_EQ(column_of(schema, "Spend").tag, "spend");
}

TEST(Infer, Ndjson) {
  const Schema schema = must_infer(
      "{\"user_id\":1,\"city\":\"a\",\"vip\":true,\"spend\":12.50,\"tags\":[\"x\",\"y\"],"
      "\"address\":{\"zip\":1}}\n"
      "{\"user_id\":2,\"city\":null,\"vip\":false,\"spend\":3,\"since\":\"2024-01-02\"}\n");
  EXPECT_EQ(schema.format, FileFormat::Ndjson);
  EXPECT_EQ(schema.id_column, "user_id");
  EXPECT_EQ(kind_of(schema, "city"), "category");
  EXPECT_EQ(kind_of(schema, "vip"), "flag");
  EXPECT_EQ(kind_of(schema, "spend"), "number 2");
  EXPECT_EQ(kind_of(schema, "tags"), "set ");
  EXPECT_EQ(kind_of(schema, "address"), "skip");
  EXPECT_EQ(kind_of(schema, "since"), "date %Y-%m-%d");
}

TEST(Infer, OtherDelimitersAndShapes) {
  EXPECT_EQ(sniff("a\tb\n1\t2\n").delimiter, '\t');
  EXPECT_EQ(sniff("a|b\n1|2\n").delimiter, '|');
  EXPECT_EQ(sniff("a;b\n1,5;2,5\n3,1;2,2\n").delimiter, ';');
  EXPECT_EQ(sniff("name\nx\ny\n").columns, 1U);
  EXPECT_TRUE(sniff("name,city\nalice,tier1\nbob,tier2\n").header);
  EXPECT_FALSE(sniff("alice,tier1\nbob,tier2\ncarol,tier1\n").header);
  EXPECT_EQ(sniff(" \n{\"a\":1}\n").format, FileFormat::Ndjson);
}

TEST(Infer, ACutSampleLeavesItsLastLineOut) {
  const std::string text = "id,v\nu1,1\nu2,2\nu3,\"abc";
  EXPECT_EQ(kind_of(infer_sample(text, false, {}).value(), "v"), "number 0");
  EXPECT_FALSE(infer_sample(text, true, {}).has_value());
}

}  // namespace
}  // namespace tagline::ingest
