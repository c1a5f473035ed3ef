// people_json: who is who as JSON; requests to link, and answers.
#pragma once

#include "ingest/person.h"
#include "server/people.h"

#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// One request or a list of them ({"user": "u1", "identities": ["phone:13800138000"]}), or, with
/// `lines`, one a line. BadInput names the line.
[[nodiscard]] Result<std::vector<ingest::LinkRequest>> link_requests_from(std::string_view text,
                                                                          bool lines);

[[nodiscard]] std::string link_report_json(const LinkReport& report);
[[nodiscard]] std::string unlinked_json(const Unlinked& unlinked);
[[nodiscard]] std::string merge_json(const MergeShown& merge);
[[nodiscard]] std::string merge_page_json(const MergePage& page);
[[nodiscard]] std::string person_json(const PersonShown& person);
[[nodiscard]] std::string erasure_json(const storage::ErasureRecord& erasure);
[[nodiscard]] std::string erasure_page_json(const ErasurePage& page);
[[nodiscard]] std::string identity_type_json(const storage::IdentityTypeRecord& type);
[[nodiscard]] std::string identity_types_json(
    const std::vector<storage::IdentityTypeRecord>& types);
[[nodiscard]] std::string merge_rule_json(const TagMergeRule& rule);
[[nodiscard]] std::string merge_rules_json(const std::vector<TagMergeRule>& rules);

}  // namespace tagline::server
