// Addresses of clients and names of hosts, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tagline::server {

/// Of "address:port", who is counted as one: an IPv4 address, the /64 of an IPv6 one (a customer
/// has as many addresses there as it likes).
[[nodiscard]] std::string network_of(std::string_view peer);

/// Whether a Host field ("name", "name:port") is an address, localhost, or one of `names`. Of a
/// page somewhere in the web a browser sends the page's own name, wherever that leads.
[[nodiscard]] bool is_own_host(std::string_view host, const std::vector<std::string>& names);

/// Without regard to the case of ASCII letters.
[[nodiscard]] bool same_text(std::string_view a, std::string_view b);

}  // namespace tagline::server
