import pytest
from flask import Flask


@pytest.mark.parametrize(
    ("what", "status", "says"),
    [
        ("not-found", 404, "没有找到"),
        ("forbidden", 403, "没有此项权限"),
        ("bad-input", 400, "1 至 200"),
        ("conflict", 409, "未能办理"),
        ("stale", 409, "没有覆盖任何内容"),
        ("refused", 409, "《物业管理条例》第33条"),
        ("broken", 500, "系统出错了"),
        ("busy", 503, "暂时无法使用"),
        ("401", 401, "/sign-in"),
        ("405", 405, "不支持"),
        ("413", 413, "文件过大"),
        ("413", 413, "一次最多上传 64 MB"),
        ("store-full", 507, "存储空间已满，没有保存任何内容"),
        ("store-away", 503, "文件存储暂时无法访问"),
        ("stored-damaged", 500, "从备份恢复（abc123）"),
        ("429", 429, "请求过于频繁"),
        ("503", 503, "暂时无法使用"),
        ("418", 418, "未能办理"),
    ],
)
def test_each_failure_has_a_page_with_a_reference_and_no_secret(
    kitchen: Flask, what: str, status: int, says: str
) -> None:
    answer = kitchen.test_client().get(f"/fail/{what}")
    assert answer.status_code == status
    assert says in answer.text
    assert "请提供编号" in answer.text
    assert "secret-of-the-database" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_unreadable_filter_is_taken_away_and_the_others_are_kept(kitchen: Flask) -> None:
    page = kitchen.test_client().get("/fail/bad-input?q=万科&limit=0&back=x&mode=none").text
    assert 'href="/fail/bad-input?q=%E4%B8%87%E7%A7%91&amp;mode=none"' in page
    assert "去掉该条件" in page
    assert "去掉该条件" not in kitchen.test_client().get("/fail/bad-input?q=万科").text


def test_officials_are_sent_back_to_their_desk_and_visitors_to_the_start_page(kitchen: Flask) -> None:
    visitor, official = (kitchen.test_client().get(path).text for path in ("/nowhere", "/office/nowhere"))
    assert 'href="/"' in visitor
    assert "管辖范围" not in visitor
    assert 'href="/sign-in/desk"' in official
    assert "管辖范围" in official


@pytest.mark.parametrize(
    ("what", "status", "code"),
    [("bad-input", 400, "limit_out_of_range"), ("not-found", 404, None), ("broken", 500, None)],
)
def test_programs_get_a_problem_object(kitchen: Flask, what: str, status: int, code: str | None) -> None:
    answer = kitchen.test_client().get(f"/api/v1/fail/{what}?lang=en")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    body = answer.get_json()
    assert (body["status"], body.get("code")) == (status, code)
    assert body["type"] == "about:blank"
    assert body["instance"] == f"/api/v1/fail/{what}"
    assert "secret-of-the-database" not in answer.text


def test_a_refusal_lists_its_findings_for_programs(kitchen: Flask) -> None:
    body = kitchen.test_client().get("/api/v1/fail/refused").get_json()
    assert [finding["code"] for finding in body["findings"]] == ["service_overlap"]


def test_an_unknown_address_and_a_wrong_method_are_answered(kitchen: Flask) -> None:
    client = kitchen.test_client()
    assert client.get("/nowhere").status_code == 404
    wrong = client.post("/public")
    assert wrong.status_code in {400, 405}
    kitchen.config["WTF_CSRF_ENABLED"] = False
    assert "GET" in client.post("/public").headers["Allow"]


def test_a_post_without_the_token_is_told_why(kitchen: Flask) -> None:
    answer = kitchen.test_client().post("/form", data={"name": "x"})
    assert answer.status_code == 400
    assert "重新提交" in answer.text


def test_the_page_comes_out_when_the_site_cannot_be_asked(kitchen: Flask) -> None:
    def away() -> None:
        raise RuntimeError

    kitchen.extensions["regulator_site"] = away
    assert kitchen.test_client().get("/fail/broken").status_code == 500
