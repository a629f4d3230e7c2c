using System.Text;

namespace Aarya.Fuzz;

/// <summary>What malicious or faulty clients send.</summary>
internal static class Odd
{
    /// <summary>JSON values, as raw text.</summary>
    public static readonly string[] Json =
    [
        "null", "true", "false", "0", "-1", "1", "1.5", "-0", "1e2", "1E400", "1e-400", "2147483648", "-2147483649", "9223372036854775807",
        "9223372036854775808", "99999999999999999999999999", "0.1e1", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"",
        "\"\\udc00x\"",
        "\"\\u200b\"", "\"\\u202e\"", "\"\\ufeff\"", "\"\\uffff\"", "\"\u0130\u0131\"", "\"\U0001F458\U0001F3FD\"",
        "\"<script>alert(1)</script>\"", "\"' or 1=1 --\"",
        "\"$where\"", "\"../../etc/passwd\"", "\"{{7*7}}\"", "\"%00\"", "\"\\r\\nX: y\"", "\"4111 1111 1111 1111\"",
        "\"00000000-0000-0000-0000-000000000000\"", "\"ffffffff-ffff-ffff-ffff-ffffffffffff\"", "\"2026-02-30\"",
        "\"9999-12-31T23:59:59.9999999Z\"",
        "\"0001-01-01T00:00:00Z\"", "\"-1\"", "\"1e9\"", "\"NaN\"", "[]", "{}", "[null]", "[[]]", "[{}]", "{\"\\ud800\":1}",
        "{\"\\u0000\":1}", "{\"\":1}",
        "{\"a\":1,\"a\":2}", "{\"__proto__\":{}}", "{\"$type\":\"System.Object\"}",
        Nested('[', ']', 33), Nested('[', ']', 5000), $"\"{new string('a', 300)}\"", $"\"{new string('\u0939', 5000)}\"",
        $"[{string.Join(',', Enumerable.Repeat("1", 2000))}]",
    ];

    /// <summary>Whole bodies that do not fit this API.</summary>
    public static readonly string[] Bodies =
    [
        "", " ", "null", "[]", "\"\"", "0", "{", "}", "{}", "{]", "{\"", "{\"a\"", "{'a':1}", "{\"a\":01}", "{\"a\":NaN}", "{\"a\":1}{}",
        "{} //", "\ufeff{}", "\ufeff", "\0", "{\"a\":\"\u0001\"}",
        "a=1&b=2", "<a/>", Nested('{', '}', 1), new string(' ', 70_000), new string('[', 100_000),
    ];

    /// <summary>Texts for queries and paths; they are percent-encoded when they are sent.</summary>
    public static readonly string[] Texts =
    [
        "", " ", "0", "-1", "1", "1.5", "1e3", "2147483648", "9223372036854775808", "true", "null", "undefined", "NaN", "\0", "a\0b",
        "\u200b", "\u202e", "\ufeff", "\uffff",
        "' or 1=1 --", "<script>", "../..", "..", ".", "/", "//", "\\", "%", "%00", "%zz", "+", "&", "=", "#", "?", ";", "a,b", "[]",
        "{}", "$", "*", "\r\n", "\t",
        "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "{00000000-0000-0000-0000-000000000001}",
        "0198c1f0-0000-7000-8000-000000000001",
        "2026-02-30", "9999-12-31T23:59:59Z", "\u0130\u0131", "\U0001F458", new string('a', 300), new string('\u0939', 700), "eyJhIjoxfQ",
        "W10", "AAAA", "____",
    ];

    /// <summary>Queries that are sent as they are, without encoding.</summary>
    public static readonly string[] RawQueries =
    [
        "%", "%zz", "%00", "%ff", "%ed%a0%80", "&&&&", "=", "?", "a=1&a=2", "limit=1&limit=2", "cursor=&cursor=", "[]=1", "limit[]=1",
        "LIMIT=1", ";", "+",
    ];

    /// <summary>Values of headers; each character is sent as one byte.</summary>
    public static readonly string[] Headers =
    [
        "", " ", "a", "\"a\"", "W/\"a\"", "*", "\"a", "a\"", "\"\"", ",", ",,", "\u00e9", "\u0080\u00ff", "0", "-1", "text/html", "*/*",
        "application/json;q=0", "null",
        "Bearer", "Basic YTpi", "bytes=0-1", new string('a', 256), new string('"', 4000), string.Join(',', Enumerable.Repeat("\"a\"", 500)),
        "Thu, 01 Jan 1970 00:00:00 GMT", "../", "' or 1=1 --", "1e9", "{}", "trailers", "100-continue-not",
    ];

    public static readonly string[] MediaTypes =
    [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data",
        "application/json; charset=utf-16", "application/json; charset=", "application/json;", "json",
        "application/json, text/plain", "APPLICATION/JSON", "application/problem+json", "application/vnd.aarya+json", "\u00e9", "*/*",
        "application/xml", "application/octet-stream", "text/json",
    ];

    public static readonly string[] Accepts =
    [
        "text/html", "*/*", "application/xml", "application/json;q=0.1, text/html", "image/*", "", "a", "application/json;v=2",
        "application/problem+json", "\u00e9", "*/*;q=0",
    ];

    public static readonly string[] PathEnds = ["/", "//", "/..", "%2f", "%00", "%e2%80%ae", ";a=b", "/%zz"];

    public static readonly string[] HeaderNames =
    [
        "User-Agent", "Referer", "Cookie", "X-Request-Id", "traceparent", "X-Forwarded-For", "X-Forwarded-Host", "Origin", "Range",
        "If-Modified-Since", "Accept-Language", "Accept-Encoding", "Idempotency-Key", "If-Match", "If-None-Match", "X-HTTP-Method-Override",
        "Content-Encoding", "Authorization", "Via", "TE",
    ];

    public static readonly string[] BadHeaderNames = ["X y", "", "X\u00e9", "X:", "Content-Length", "Host"];

    public static readonly string[] Lengths = ["-1", "x", "", "1e3", "99999999999999999999", "0x10"];

    public static readonly string[] Versions = ["HTTP/1.0", "HTTP/3.0", "HTTP/1.2", "HTP/1.1", ""];

    public static readonly string[] Chunks =
    [
        "FFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n", "80000000\r\n{}\r\n0\r\n\r\n", "-1\r\n", "x\r\n{}\r\n0\r\n\r\n", "\r\n\r\n",
        "2\r\n{}{}\r\n0\r\n\r\n",
    ];

    private static string Nested(char open, char close, int depth) =>
        new StringBuilder().Append(open, depth).Append(close, depth).ToString();
}
