// A person is drawn anew for each of the two files: that costs less than keeping what a million
// people did in a year.
#include "cli/demo/population.h"

#include "cli/demo/chance.h"
#include "cli/demo/life.h"
#include "cli/demo/person.h"
#include "cli/demo/profile.h"
#include "ingest/day.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tagline::cli::demo {
namespace {

/// Of text that is made at once.
constexpr std::size_t kTextBytes = std::size_t{1} << 16U;

void add_number(std::string& text, std::uint64_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  text.append(digits.data(), end);
}

/// "u0000042": seven digits, more when there are more.
void add_id(std::string& text, std::uint64_t number) {
  constexpr std::size_t kDigits = 7;
  text += 'u';
  const std::size_t begin = text.size();
  add_number(text, number + 1);
  if (text.size() - begin < kDigits) {
    text.insert(begin, kDigits - (text.size() - begin), '0');
  }
}

/// 12345 as 123.45.
void add_hundredths(std::string& text, std::int64_t hundredths) {
  if (hundredths < 0) {
    text += '-';
  }
  const auto magnitude = static_cast<std::uint64_t>(hundredths < 0 ? -hundredths : hundredths);
  add_number(text, magnitude / 100);
  text += '.';
  text += static_cast<char>('0' + magnitude % 100 / 10);
  text += static_cast<char>('0' + magnitude % 10);
}

template <class Names>
void add_list(std::string& text, const Names& names, unsigned bits) {
  bool first = true;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((bits >> i & 1U) != 0) {
      text += first ? "" : "|";
      text += names[i];
      first = false;
    }
  }
}

/// One person, with what they did.
struct Made {
  Chance chance;
  Person person;
  std::vector<Act> acts;

  Made(const Size& size, const Calendar& calendar, std::uint64_t number, std::vector<Act> room)
      : chance(size.seed, number), person(person_of(chance, calendar)), acts(std::move(room)) {
    live(chance, person, calendar, acts);
  }
};

constexpr std::string_view kUserHeader =
    "id,gender,age,birth_month,city,city_name,province,parent,occupation,registered,channel,"
    "phone_brand,wechat,unsubscribed,employee,vip,platform,visits,active_days,last_visit,"
    "active_hour,interest,favourite,content,price_sensitive,orders,spend,average_order,"
    "last_purchase,last_category,coupons_used,refunds,payment,price_band,lifecycle,churn_risk,"
    "churn_score,level,points,member_grade\n";
constexpr std::string_view kEventHeader = "day,user,event,key,amount,count\n";

class UserRow {
 public:
  UserRow(std::string& text, const Calendar& calendar) : text_(text), calendar_(calendar) {}

  void add(std::uint64_t number, Made& made) {
    const Profile profile = profile_of(made.chance, made.person, calendar_, made.acts);
    add_id(text_, number);
    add_person(made.person);
    add_account(made.person);
    add_behaviour(made.person, profile, made.acts);
    add_consumption(made.person, profile);
    add_lifecycle(made.person, profile);
    text_ += '\n';
  }

 private:
  void cell(std::string_view value) {
    text_ += ',';
    text_ += value;
  }
  void cell_if(bool known, std::string_view value) { cell(known ? value : std::string_view()); }
  void number(std::uint64_t value) {
    text_ += ',';
    add_number(text_, value);
  }
  void flag(bool value) { cell(value ? "1" : "0"); }
  void day(const std::optional<engine::Day>& day) {
    cell(day.has_value() && *day >= calendar_.first()
             ? std::string_view(
                   calendar_.days()[static_cast<std::size_t>(*day - calendar_.first())].text)
             : std::string_view());
  }
  void money_if(bool known, std::int64_t fen) {
    text_ += ',';
    if (known) {
      add_hundredths(text_, fen);
    }
  }

  void add_person(const Person& person) {
    cell_if(person.knows_gender, person.female ? "female" : "male");
    text_ += ',';
    if (person.knows_age) {
      add_number(text_, person.age);
    }
    text_ += ',';
    if (person.knows_birthday) {
      add_number(text_, person.birth_month);
    }
    cell_if(person.knows_city, name_of(kTierNames, person.city->tier));
    cell_if(person.knows_city, person.city->name);
    cell_if(person.knows_city, person.city->province);
    flag(person.parent);
    cell_if(person.knows_occupation, name_of(kOccupationNames, person.occupation));
  }

  void add_account(const Person& person) {
    text_ += ',';
    add_day(person.registered);
    cell(name_of(kChannelNames, person.channel));
    cell_if(person.habit != Habit::Silent, kPhoneNames[person.phone]);
    flag(person.wechat);
    flag(person.unsubscribed);
    flag(person.employee);
    flag(person.vip);
  }

  /// Registrations may lie before the calendar.
  void add_day(engine::Day day);

  void add_behaviour(const Person& person, const Profile& profile, std::span<const Act> acts) {
    unsigned platforms = 0;
    for (const Act& act : acts) {
      platforms |= act.event == Event::AppOpen ? 1U << act.key : 0U;
    }
    text_ += ',';
    add_list(text_, kPlatformNames, platforms);
    number(profile.visits);
    number(profile.active_days);
    day(profile.last_visit);
    text_ += ',';
    if (profile.last_visit.has_value()) {
      add_number(text_, person.hour);
    }
    text_ += ',';
    if (person.knows_interests) {
      add_list(text_, kCategoryNames, person.interests);
    }
    cell_if(profile.favourite.has_value(),
            name_of(kCategoryNames, profile.favourite.value_or(Category::Beauty)));
    text_ += ',';
    if (profile.last_visit.has_value()) {
      add_list(text_, kContentNames, person.contents);
    }
    flag(person.thrifty);
  }

  void add_consumption(const Person& person, const Profile& profile) {
    const bool buyer = profile.orders > 0;
    number(profile.orders);
    money_if(buyer, profile.spend_fen);
    money_if(buyer, buyer ? (profile.spend_fen + profile.orders / 2) / profile.orders : 0);
    day(profile.last_purchase);
    cell_if(buyer, name_of(kCategoryNames, profile.last_category.value_or(Category::Beauty)));
    number(profile.coupons);
    number(profile.refunds);
    cell_if(buyer, kPaymentNames[person.payment]);
    cell_if(buyer, kPriceBandNames[profile.price_band]);
  }

  void add_lifecycle(const Person& person, const Profile& profile) {
    cell(name_of(kStageNames, profile.stage));
    flag(profile.churn_risk);
    money_if(profile.churn_score.has_value(), profile.churn_score.value_or(0));
    cell(name_of(kLevelNames, profile.level));
    number(profile.points);
    cell_if(person.knows_grade, name_of(kGradeNames, profile.level));
  }

  std::string& text_;
  const Calendar& calendar_;
};

void UserRow::add_day(engine::Day day) {
  if (day >= calendar_.first()) {
    text_ += calendar_.days()[static_cast<std::size_t>(day - calendar_.first())].text;
  } else {
    text_ += ingest::day_text(day);
  }
}

std::string_view key_name(const Act& act) {
  if (act.key == kNoKey) {
    return {};
  }
  switch (act.event) {
    case Event::AppOpen:
      return kPlatformNames[act.key];
    case Event::View:
    case Event::AddToCart:
    case Event::Purchase:
    case Event::Refund:
      return kCategoryNames[act.key];
    case Event::UseCoupon:
    case Event::Push:
    case Event::PushOpen:
      return kCampaignNames[act.key];
  }
  return {};
}

void add_event_rows(std::string& text, const Calendar& calendar, std::uint64_t number,
                    const std::vector<Act>& acts) {
  std::string id;
  add_id(id, number);
  for (const Act& act : acts) {
    text += calendar.days()[act.day].text;
    text += ',';
    text += id;
    text += ',';
    text += name_of(kEventNames, act.event);
    text += ',';
    text += key_name(act);
    text += ',';
    if (act.amount_fen != 0) {
      add_hundredths(text, act.amount_fen);
    }
    text += ',';
    add_number(text, act.count);
    text += '\n';
  }
}

/// What a source has made and not handed over yet.
struct Making {
  std::uint64_t next = 0;
  std::string text;
  std::size_t given = 0;
  std::vector<Act> room;  ///< of the acts of the last person
};

/// `add(text, number, made)` adds the rows of a person.
template <class Add>
ingest::ByteSource source_of(const Population& population, std::uint64_t begin, std::uint64_t end,
                             std::string_view header, std::atomic<std::uint64_t>* made_so_far,
                             Add add) {
  auto making = std::make_shared<Making>();  // a function that is copied holds it
  making->next = begin;
  making->text = header;
  return [&population, making, end, made_so_far, add](std::span<char> out) -> Result<std::size_t> {
    Making& now = *making;
    if (now.given == now.text.size()) {
      now.text.clear();
      now.given = 0;
      while (now.next < end && now.text.size() < kTextBytes) {
        Made made(population.size(), population.calendar(), now.next, std::move(now.room));
        add(now.text, now.next, made);
        now.room = std::move(made.acts);
        ++now.next;
        if (made_so_far != nullptr) {
          ++*made_so_far;
        }
      }
    }
    const std::size_t count = std::min(out.size(), now.text.size() - now.given);
    std::copy_n(now.text.data() + now.given, count, out.data());
    now.given += count;
    return count;
  };
}

}  // namespace

Population::Population(const Size& size) : size_(size), calendar_(size.until, size.days) {}

ingest::ByteSource Population::users(std::uint64_t begin, std::uint64_t end,
                                     std::atomic<std::uint64_t>* made) const {
  return source_of(*this, begin, end, kUserHeader, made,
                   [this](std::string& text, std::uint64_t number, Made& person) {
                     UserRow(text, calendar_).add(number, person);
                   });
}

ingest::ByteSource Population::events(std::uint64_t begin, std::uint64_t end,
                                      std::atomic<std::uint64_t>* made) const {
  return source_of(*this, begin, end, kEventHeader, made,
                   [this](std::string& text, std::uint64_t number, const Made& person) {
                     add_event_rows(text, calendar_, number, person.acts);
                   });
}

}  // namespace tagline::cli::demo
