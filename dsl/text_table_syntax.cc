// Texts of the scan and the grammar. Plain words, one statement, no full stop; hints are statements
// too, and say what to write rather than what not to.
#include "dsl/text_table.h"

#include <array>

namespace tagline::dsl {
namespace {

// clang-format off
constexpr TextRow kRows[] = {
    {"too-long", "the expression has {count} characters; at most {limit} are read", "表达式有 {count} 个字符，最多 {limit} 个"},
    {"too-long+less", "shorten it: a wildcard or a range can stand for a long list of values", "请缩短：长长的取值列表可以用通配符或区间代替"},
    {"too-long/segments", "with {name}, the segments of this expression have more than {limit} bytes of text together", "加上 {name}，表达式引用的人群文本合计超过 {limit} 字节"},
    {"too-long+segments", "name fewer segments, or save people who rarely change as a static list", "请少引用一些人群，或把不常变化的人群存为静态名单"},
    {"too-deep", "brackets are nested more than {limit} deep", "括号嵌套超过 {limit} 层"},
    {"too-deep+less", "take out the brackets that are not needed", "去掉不必要的括号"},
    {"too-many-terms", "the expression has more than {limit} conditions", "表达式的条件超过 {limit} 个"},
    {"too-many-terms+less", "write alternatives of one tag as a list: city:(tier1, tier2)", "同一标签的多个取值请写成列表：city:(tier1, tier2)"},
    {"too-many-values", "the list has more than {limit} values", "列表的取值超过 {limit} 个"},
    {"too-many-values+less", "use a range or a wildcard, or split the list", "请用区间或通配符，或把列表拆开"},
    {"too-many-values/wildcard", "{value} stands for {count} values; at most {limit} are allowed", "{value} 对应 {count} 个取值，最多 {limit} 个"},
    {"too-many-values/wildcards", "the wildcards of this expression would be compared with too many values", "表达式里的通配符需要比较的取值太多"},
    {"too-many-values+wildcard", "write more letters beside the *", "请在 * 旁边多写几个字"},

    {"bad-utf8", "the byte {byte} here is not UTF-8 text", "此处的字节 {byte} 不是 UTF-8 文本"},
    {"bad-utf8+save", "save the text as UTF-8 and try again", "请把文本存为 UTF-8 再试"},
    {"bad-char", "{found} is not used here", "这里不能用 {found}"},
    {"bad-char/invisible", "an invisible character ({code}) stands inside a word", "词语中间有一个看不见的字符（{code}）"},
    {"bad-char/control", "a control character ({code}) is not allowed", "不允许出现控制字符（{code}）"},
    {"bad-char+range", "for a range, write {better}", "区间请写 {better}"},
    {"bad-char+brackets", "for several values, write (a, b); for a range, write 25-34", "多个取值请写 (a, b)，区间请写 25-34"},
    {"bad-char+semicolon", "to combine conditions, write AND or OR", "组合条件请写 AND（且）或 OR（或）"},
    {"bad-char+backslash", "nothing is escaped outside quotes; put the whole value in quotes", "引号外不需要转义，请给整个取值加引号"},
    {"bad-char+question", "the only wildcard is *; to mean a question mark, put the value in quotes", "通配符只有 *；若指问号本身，请给取值加引号"},
    {"bad-char+quote", "put the text it belongs to in quotes", "请给它所在的文字加引号"},
    {"unclosed-quote", "this quote is never closed", "这个引号没有闭合"},
    {"unclosed-quote+add", "add {close} after {text}", "在 {text} 后面补上 {close}"},
    {"unclosed-quote+somewhere", "add {close} where the text ends", "在文字结束处补上 {close}"},
    {"unclosed-quote+apostrophe", "to use an apostrophe, put the whole text in double quotes: {better}", "文字里有撇号时，请整体加双引号：{better}"},
    {"bad-escape", "{found} means nothing inside quotes", "引号内不能写 {found}"},
    {"bad-escape+use", "write \\\" for a quote and \\\\ for a backslash", "引号写作 \\\"，反斜杠写作 \\\\"},

    {"empty", "the expression is empty", "表达式是空的"},
    {"empty+write", "write a condition such as vip, or * for everyone", "写一个条件，如 vip；所有人写 *"},
    {"expected-term", "a condition is expected here, not {found}", "这里应该是条件，而不是 {found}"},
    {"expected-term/end", "the expression ends after {operator}; a condition is missing", "表达式在 {operator} 之后结束，还缺一个条件"},
    {"expected-term/brackets", "there is nothing between these brackets", "括号里是空的"},
    {"expected-term+add", "add a condition, or delete {operator}", "补上一个条件，或删掉 {operator}"},
    {"expected-term+brackets", "write a condition between them, or delete them", "在括号里写上条件，或删掉括号"},
    {"expected-term+dash", "- means NOT only when it touches what it leaves out: -vip", "- 紧贴条件才表示排除，如 -vip"},
    {"expected-term+keyword", "write a condition before {found}; a name spelt like it needs quotes: \"{found}\"", "在 {found} 前面写上条件；如果它是名称，请加引号：\"{found}\""},
    {"expected-term+twice", "{operator} and {found} stand side by side: delete one", "{operator} 和 {found} 连在一起了，删掉一个"},
    {"expected-term+start", "begin with a condition such as vip or city:tier1", "请以条件开头，如 vip 或 city:tier1"},
    {"expected-value", "{head} needs a value", "{head} 后面缺少取值"},
    {"expected-value/list", "a value is missing after the comma", "逗号后面缺少取值"},
    {"expected-value/keyword", "{found} is an operator, not a value", "{found} 是连接词，不能直接作取值"},
    {"expected-value+add", "add a value", "补上一个取值"},
    {"expected-value+list", "the values of {tag} are {list}", "{tag} 可选：{list}"},
    {"expected-value+number", "write a number, or a range such as 25-34", "写一个数字，或区间，如 25-34"},
    {"expected-value+date", "write a date such as 2024-01-31, or a period such as last 30d", "写一个日期，如 2024-01-31，或时间段，如 最近30天"},
    {"expected-value+flag", "{tag} is a yes/no tag: write it alone", "{tag} 是开关标签，单独写即可"},
    {"expected-value+quote", "to mean the value, put it in quotes: {better}", "如果它是取值，请加引号：{better}"},
    {"expected-argument", "{function}(...) is not finished", "{function}(...) 没有写完"},
    {"expected-argument/compared", "{function}(...) does not say what is compared", "{function}(...) 没有说明比较什么"},
    {"expected-argument+count", "for how many times, write {better}", "次数请写 {better}"},
    {"expected-argument+comma", "delete the comma, or add what is missing after it", "删掉逗号，或在后面补上内容"},
    {"expected-argument+close", "write the arguments and close the bracket", "写上参数并补上右括号"},
    {"expected-name", "@ needs the name of a segment", "@ 后面缺少人群名称"},
    {"expected-name+write", "write the name right after it: @buyers", "在后面写上名称，如 @buyers"},
    {"expected-name+list", "the segments are {list}", "可用的人群：{list}"},
    {"missing-operator", "two conditions with nothing between them", "两个条件之间缺少连接词"},
    {"missing-operator+compare", "comparisons are signs, {operator} for {found}: {better}", "比较用符号，“{found}”写作 {operator}：{better}"},
    {"missing-operator+before", "put a space before {operator}: {better}", "请在“{operator}”前面加空格：{better}"},
    {"missing-operator+both", "put AND or OR before {right}: {better}", "在 {right} 前加 AND（且）或 OR（或）：{better}"},
    {"missing-operator+put", "put AND or OR between them", "在中间加 AND（且）或 OR（或）"},
    {"missing-operator+range", "for a range, write {better} without spaces", "区间中间不要加空格：{better}"},
    {"missing-operator+touch", "no space before ( in a function: {better}", "函数名和括号之间不要加空格：{better}"},
    {"missing-operator+space", "put a space after {operator}: {better}", "在“{operator}”后面加空格：{better}"},
    {"missing-operator+quote", "a value with a space needs quotes: {better}", "取值里有空格时请加引号：{better}"},
    {"missing-operator+not-equal", "write != without a space inside", "!= 中间不要加空格"},
    {"missing-operator+list", "for several values, write {better}", "多个取值请写 {better}"},
    {"missing-comma", "two values with nothing between them", "两个取值之间缺少逗号"},
    {"missing-comma/argument", "two arguments with nothing between them", "两个参数之间缺少逗号"},
    {"missing-comma+in", "days are given by an option: {better}", "日期要写成选项：{better}"},
    {"missing-comma+put", "put a comma before {right}", "在 {right} 前加逗号"},
    {"missing-comma+keyword", "inside these brackets, write a comma instead of {right}", "在这个括号里，请把 {right} 换成逗号"},
    {"unexpected-char", "unexpected {found}", "这里不应出现{found}"},
    {"unexpected-char+keyword", "{operator} is read as part of the value {text}; put spaces around it: {better}", "“{operator}”被当成了取值“{text}”的一部分，请在两侧加空格：{better}"},
    {"unexpected-char+list", "to give several values, use parentheses: {better}", "多个取值请用括号：{better}"},
    {"unexpected-char+thousands", "write numbers without commas: {better}", "数字里不要加逗号：{better}"},
    {"unexpected-char+comma", "to combine conditions, write AND or OR instead", "组合条件请改用 AND（且）或 OR（或）"},
    {"unexpected-char+count", "put the count inside: {better}", "次数写在括号里：{better}"},
    {"unexpected-char+quote", "a value that contains : needs quotes: {better}", "取值里有冒号时请加引号：{better}"},
    {"unexpected-char+both", "write both comparisons: {better}", "两个比较请分开写：{better}"},
    {"unexpected-char+delete", "delete it, or put the text it belongs to in quotes", "删掉它，或给它所在的文字加引号"},
    {"unexpected-close", "this ) has no matching (", "多了一个右括号"},
    {"unclosed-paren", "this ( is never closed", "这个括号没有闭合"},
    {"unclosed-paren+add", "add ) at the end", "在末尾补上 )"},
    {"bad-operator", "{found} is not a comparison", "没有 {found} 这个比较符"},
    {"list-not-allowed", "{operator} compares with one value, not with a list", "{operator} 只能和一个值比较，不能用列表"},
    {"list-not-allowed+is", "for any of several values, write {better}", "取值是其中之一，请写 {better}"},
    {"literal-not-condition", "{value} is a value, not a condition", "{value} 是{kind}，不是条件"},
    {"literal-not-condition+flip", "put the tag first: {better}", "请把标签写在前面：{better}"},
    {"literal-not-condition+both", "put the tag first, once for each comparison: {better}", "请把标签写在前面，每个比较写一次：{better}"},
    {"literal-not-condition+quote", "if it is the name of a tag, put it in quotes: \"{value}\"", "如果它是标签名，请加引号：\"{value}\""},
    {"wildcard-in-name", "* cannot stand inside a name", "名称里不能用 *"},
    {"wildcard-in-name+write", "write the whole name; * is for values, as in city:tier*", "请写完整的名称；* 只能用在取值里，如 city:tier*"},
};
// clang-format on

}  // namespace

std::span<const TextRow> syntax_texts() {
  return kRows;
}

}  // namespace tagline::dsl
