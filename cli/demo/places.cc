#include "cli/demo/places.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tagline::cli::demo {
namespace {

constexpr std::array kCities = {
    City{"Shanghai", "Shanghai", Tier::Tier1, 30},
    City{"Beijing", "Beijing", Tier::Tier1, 28},
    City{"Guangzhou", "Guangdong", Tier::Tier1, 21},
    City{"Shenzhen", "Guangdong", Tier::Tier1, 21},
    City{"Chengdu", "Sichuan", Tier::NewTier1, 13},
    City{"Hangzhou", "Zhejiang", Tier::NewTier1, 10},
    City{"Chongqing", "Chongqing", Tier::NewTier1, 13},
    City{"Wuhan", "Hubei", Tier::NewTier1, 9},
    City{"Suzhou", "Jiangsu", Tier::NewTier1, 8},
    City{"Xian", "Shaanxi", Tier::NewTier1, 8},
    City{"Nanjing", "Jiangsu", Tier::NewTier1, 7},
    City{"Changsha", "Hunan", Tier::NewTier1, 6},
    City{"Tianjin", "Tianjin", Tier::NewTier1, 7},
    City{"Zhengzhou", "Henan", Tier::NewTier1, 7},
    City{"Dongguan", "Guangdong", Tier::NewTier1, 6},
    City{"Qingdao", "Shandong", Tier::NewTier1, 5},
    City{"Ningbo", "Zhejiang", Tier::NewTier1, 5},
    City{"Hefei", "Anhui", Tier::NewTier1, 5},
    City{"Foshan", "Guangdong", Tier::Tier2, 10},
    City{"Shenyang", "Liaoning", Tier::Tier2, 8},
    City{"Kunming", "Yunnan", Tier::Tier2, 7},
    City{"Jinan", "Shandong", Tier::Tier2, 8},
    City{"Wuxi", "Jiangsu", Tier::Tier2, 7},
    City{"Xiamen", "Fujian", Tier::Tier2, 5},
    City{"Fuzhou", "Fujian", Tier::Tier2, 6},
    City{"Wenzhou", "Zhejiang", Tier::Tier2, 6},
    City{"Dalian", "Liaoning", Tier::Tier2, 6},
    City{"Shijiazhuang", "Hebei", Tier::Tier2, 7},
    City{"Nanning", "Guangxi", Tier::Tier2, 6},
    City{"Harbin", "Heilongjiang", Tier::Tier2, 7},
    City{"Nanchang", "Jiangxi", Tier::Tier2, 5},
    City{"Changchun", "Jilin", Tier::Tier2, 6},
    City{"Guiyang", "Guizhou", Tier::Tier2, 5},
    City{"Taiyuan", "Shanxi", Tier::Tier2, 5},
    City{"Baoding", "Hebei", Tier::Tier3, 9},
    City{"Luoyang", "Henan", Tier::Tier3, 7},
    City{"Weifang", "Shandong", Tier::Tier3, 8},
    City{"Mianyang", "Sichuan", Tier::Tier3, 6},
    City{"Guilin", "Guangxi", Tier::Tier3, 5},
    City{"Yichang", "Hubei", Tier::Tier3, 5},
    City{"Ganzhou", "Jiangxi", Tier::Tier3, 8},
    City{"Zunyi", "Guizhou", Tier::Tier3, 6},
    City{"Wuhu", "Anhui", Tier::Tier3, 5},
    City{"Zhanjiang", "Guangdong", Tier::Tier3, 7},
    City{"Hengyang", "Hunan", Tier::Tier3, 6},
    City{"Yinchuan", "Ningxia", Tier::Tier3, 4},
    City{"Hohhot", "Inner Mongolia", Tier::Tier3, 5},
    City{"Haikou", "Hainan", Tier::Tier3, 5},
    City{"Lanzhou", "Gansu", Tier::Tier3, 6},
    City{"Urumqi", "Xinjiang", Tier::Tier3, 6},
    City{"Datong", "Shanxi", Tier::Tier4, 6},
    City{"Kaifeng", "Henan", Tier::Tier4, 8},
    City{"Qujing", "Yunnan", Tier::Tier4, 7},
    City{"Yibin", "Sichuan", Tier::Tier4, 8},
    City{"Shaoyang", "Hunan", Tier::Tier4, 9},
    City{"Luan", "Anhui", Tier::Tier4, 7},
    City{"Weinan", "Shaanxi", Tier::Tier4, 7},
    City{"Yulin", "Guangxi", Tier::Tier4, 8},
    City{"Qiqihar", "Heilongjiang", Tier::Tier4, 6},
    City{"Tonghua", "Jilin", Tier::Tier4, 4},
    City{"Xining", "Qinghai", Tier::Tier4, 5},
    City{"Dandong", "Liaoning", Tier::Tier4, 4},
};

}  // namespace

std::span<const City> cities() {
  return kCities;
}

std::span<const City> cities_of(Tier tier) {
  const auto* const begin = std::find_if(kCities.begin(), kCities.end(),
                                         [&](const City& city) { return city.tier == tier; });
  const auto* const end =
      std::find_if(begin, kCities.end(), [&](const City& city) { return city.tier != tier; });
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace tagline::cli::demo
