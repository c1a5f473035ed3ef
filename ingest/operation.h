// Operation: what is to change about one user, by the names that people use. Plain values;
// server/operation_json.h reads them from JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tagline::ingest {

/// Values are texts as in files: "31", "12.50", "true", "2026-11-29", the name of a value.
struct TagValues {
  std::string tag;
  std::vector<std::string> values;  ///< several only for sets
  bool list = false;                ///< written as a list, also of one
};

struct DoneEvent {
  std::string event;
  std::string key;     ///< what it was done to; empty: nothing
  std::string at;      ///< iso8601; without an offset in the database's zone; empty: now
  std::string amount;  ///< of all of them together; empty: none
  std::string count;   ///< how often; empty: once
};

/// Done in this order: linked, cleared, set, removed, added, events.
struct Operation {
  std::uint64_t line = 0;          ///< where it stands, from 1
  std::string user;                ///< external id
  std::vector<std::string> link;   ///< identities of the same person, in any spelling
  std::vector<std::string> clear;  ///< tags of which nothing is known from now on
  std::vector<TagValues> set;      ///< what they say is all there is
  std::vector<TagValues> remove;   ///< values of sets
  std::vector<TagValues> add;      ///< values to sets, amounts to numbers (nobody's number is 0)
  std::vector<DoneEvent> events;
};

}  // namespace tagline::ingest
