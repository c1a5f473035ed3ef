// Names of the values and events of the demo, as they stand in its rows. The other language's names
// and the titles are in users.schema.json, events.schema.json and titles.tsv beside this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tagline::cli::demo {

enum class Category : std::uint8_t { Beauty, Fashion, Food, Home, Sports, Baby, Digital, Pets };
inline constexpr std::size_t kCategories = 8;
inline constexpr std::array<std::string_view, kCategories> kCategoryNames = {
    "beauty", "fashion", "food", "home", "sports", "baby", "digital", "pets"};

enum class Tier : std::uint8_t { Tier1, NewTier1, Tier2, Tier3, Tier4 };
inline constexpr std::array<std::string_view, 5> kTierNames = {"tier1", "new_tier1", "tier2",
                                                               "tier3", "tier4"};

enum class Channel : std::uint8_t { Organic, AppStore, Wechat, Douyin, Store, Referral };
inline constexpr std::array<std::string_view, 6> kChannelNames = {
    "organic", "app_store", "wechat", "douyin", "store", "referral"};

enum class Platform : std::uint8_t { App, MiniProgram, Web };
inline constexpr std::array<std::string_view, 3> kPlatformNames = {"app", "mini_program", "web"};

inline constexpr std::array<std::string_view, 7> kPhoneNames = {
    "Apple", "Huawei", "Xiaomi", "OPPO", "vivo", "Honor", "other_phone"};

enum class Occupation : std::uint8_t {
  Student,
  Office,
  Worker,
  Business,
  Public,
  Professional,
  Homemaker,
  Retired
};
inline constexpr std::array<std::string_view, 8> kOccupationNames = {
    "student", "office", "worker", "business", "public", "professional", "homemaker", "retired"};

inline constexpr std::array<std::string_view, 3> kContentNames = {"livestream", "short_video",
                                                                  "reviews"};
inline constexpr std::array<std::string_view, 4> kPaymentNames = {"wechat_pay", "alipay", "card",
                                                                  "instalments"};

enum class Level : std::uint8_t { Regular, Silver, Gold, Platinum };
inline constexpr std::array<std::string_view, 4> kLevelNames = {"regular", "silver", "gold",
                                                                "platinum"};
/// What the levels were called before.
inline constexpr std::array<std::string_view, 4> kGradeNames = {"D", "C", "B", "A"};

enum class Stage : std::uint8_t { New, Growing, Mature, Dormant, Lost };
inline constexpr std::array<std::string_view, 5> kStageNames = {"new", "growing", "mature",
                                                                "dormant", "lost"};

inline constexpr std::array<std::string_view, 3> kPriceBandNames = {"budget", "mid", "premium"};

enum class Event : std::uint8_t {
  AppOpen,
  View,
  AddToCart,
  Purchase,
  Refund,
  UseCoupon,
  Push,
  PushOpen
};
inline constexpr std::array<std::string_view, 8> kEventNames = {
    "app_open", "view", "add_to_cart", "purchase", "refund", "use_coupon", "push", "push_open"};

enum class Campaign : std::uint8_t { Newcomer, Birthday, Weekly, Midyear, Double11, Winback };
inline constexpr std::array<std::string_view, 6> kCampaignNames = {
    "newcomer", "birthday", "weekly", "618", "double11", "winback"};

/// The name of an enumerator.
template <class Names, class Value>
[[nodiscard]] constexpr std::string_view name_of(const Names& names, Value value) {
  return names[static_cast<std::size_t>(value)];
}

}  // namespace tagline::cli::demo
