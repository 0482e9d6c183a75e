//! W1 in Lua, compiled while it runs by LuaJIT.

use mlua::{Function, Lua};

use super::Activity;

const BODY: &str = r#"
    local points
    if kind == "share" then points = 2
    elseif kind == "comment" then points = 3
    elseif kind == "create" then points = 10
    else return 0 end
    if own_words and own_words >= 50 then points = points + 5 end
    points = points + math.min(likes, 20) + 2 * math.min(comments, 10) + math.floor(math.min(clicks, 50) / 5)
    if channel == "linkedin" then points = points + 3
    elseif channel == "x" then points = points + 1 end
    if clicks * 2 > impressions then return math.floor(points / 2) end
    return points
end
"#;

fn function(lua: &Lua, head: &str) -> Function {
    lua.load(format!("return function({head}{BODY}")).eval().unwrap()
}

pub(crate) fn arguments() -> Box<dyn FnMut(&Activity) -> i64> {
    let lua = Lua::new();
    let head = "kind, channel, own_words, likes, comments, clicks, impressions)";
    let function = function(&lua, head);
    Box::new(move |it| {
        // A function does not keep its state alive.
        let _alive = &lua;
        let (kind, channel) = (it.kind.as_str(), it.channel.as_deref());
        let of = (kind, channel, it.own_words, it.likes, it.comments, it.clicks, it.impressions);
        function.call(of).unwrap()
    })
}

pub(crate) fn table() -> Box<dyn FnMut(&Activity) -> i64> {
    let lua = Lua::new();
    let head = "it)\nlocal kind, channel, own_words = it.kind, it.channel, it.own_words\n\
        local likes, comments, clicks, impressions = it.likes, it.comments, it.clicks, it.impressions\n";
    let function = function(&lua, head);
    Box::new(move |it| {
        let table = lua.create_table_with_capacity(0, 7).unwrap();
        table.raw_set("kind", it.kind.as_str()).unwrap();
        table.raw_set("channel", it.channel.as_deref()).unwrap();
        table.raw_set("own_words", it.own_words).unwrap();
        table.raw_set("likes", it.likes).unwrap();
        table.raw_set("comments", it.comments).unwrap();
        table.raw_set("clicks", it.clicks).unwrap();
        table.raw_set("impressions", it.impressions).unwrap();
        function.call(table).unwrap()
    })
}
