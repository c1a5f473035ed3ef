#include "ingest/lay_over.h"

#include <algorithm>

namespace tagline::ingest {
namespace {

template <class T>
void lay(T& now, const T& was, const T& planned) {
  if (planned != was) {
    now = planned;
  }
}

}  // namespace

storage::TagRecord lay_over(const storage::TagRecord& now, const storage::TagRecord& was,
                            const storage::TagRecord& planned) {
  storage::TagRecord record = now;
  lay(record.scale, was.scale, planned.scale);
  lay(record.min, was.min, planned.min);
  lay(record.max, was.max, planned.max);
  lay(record.unit, was.unit, planned.unit);
  lay(record.title.en, was.title.en, planned.title.en);
  lay(record.title.zh, was.title.zh, planned.title.zh);
  lay(record.description, was.description, planned.description);
  lay(record.layer, was.layer, planned.layer);
  lay(record.source, was.source, planned.source);
  lay(record.owner, was.owner, planned.owner);
  lay(record.has_amount, was.has_amount, planned.has_amount);
  const auto has = [](const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  };
  for (const std::string& alias : planned.aliases) {
    if (!has(was.aliases, alias) && !has(record.aliases, alias)) {
      record.aliases.push_back(alias);
    }
  }
  return record;
}

bool read_alike(const std::vector<storage::ValueRecord>& a,
                const std::vector<storage::ValueRecord>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.row == y.row && x.name == y.name && x.aliases == y.aliases;
  });
}

}  // namespace tagline::ingest
