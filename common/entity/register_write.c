#include "entity/register.h"

#include "base/err.h"

/* {2019-03-01..2022-09-30}; the end is the last day. */
static void put_dates(struct bytes_out *out, struct date_range valid)
{
    char first[DATE_TEXT_SIZE] = "", last[DATE_TEXT_SIZE] = "";
    struct date date = {.precision = DATE_DAY};
    date.seconds = valid.from;
    if (valid.from != DATE_MIN)
        date_format(date, first);
    date.seconds = valid.to - 1;
    if (valid.to != DATE_MAX)
        date_format(date, last);
    put_raw(out, " {", 2);
    put_raw(out, first, strlen(first));
    put_raw(out, "..", 2);
    put_raw(out, last, strlen(last));
    put_u8(out, '}');
}

static void put_text(struct bytes_out *out, struct slice text)
{
    put_raw(out, text.data, text.len);
}

static void put_alias(struct bytes_out *out, const struct entity_alias *alias)
{
    if (alias->is_short)
        put_u8(out, '~');
    if (alias->capitals)
        put_u8(out, '!');
    put_text(out, alias->lang);
    if (alias->lang.len)
        put_u8(out, ':');
    put_text(out, alias->text);
    if (alias->has_valid)
        put_dates(out, alias->valid);
}

static bool is_plain_name(const struct entity *entity,
                          const struct entity_alias *alias)
{
    return !alias->is_short && !alias->capitals && !alias->has_valid &&
           alias->lang.len == 0 && slice_eq(alias->text, entity->name);
}

static void put_aliases(struct bytes_out *out, const struct entity *entity)
{
    const char *between = "";
    for (size_t i = 0; i < entity->alias_count; i++) {
        if (is_plain_name(entity, &entity->alias[i]))
            continue;
        put_raw(out, between, strlen(between));
        put_alias(out, &entity->alias[i]);
        between = "; ";
    }
}

/* `*between` is what separates it from the option before. */
static void put_option(struct bytes_out *out, const char *name,
                       const struct slice *value, size_t count,
                       const char **between)
{
    if (count == 0 || value->len == 0)
        return;
    put_raw(out, *between, strlen(*between));
    put_raw(out, name, strlen(name));
    for (size_t i = 0; i < count; i++) {
        put_u8(out, i ? ',' : '=');
        put_text(out, value[i]);
    }
    *between = " ";
}

void register_put_entity(struct bytes_out *out, const struct entity *entity)
{
    const char *between = "", *kind = entity_kind_name(entity->kind);
    put_text(out, entity->id);
    put_u8(out, '\t');
    put_raw(out, kind, strlen(kind));
    put_u8(out, '\t');
    put_text(out, entity->name);
    put_u8(out, '\t');
    put_aliases(out, entity);
    put_u8(out, '\t');
    put_option(out, "country", &entity->country, 1, &between);
    put_option(out, "parent", &entity->parent, 1, &between);
    put_option(out, "wikidata", &entity->wikidata, 1, &between);
    put_option(out, "near", entity->near.item, entity->near.count, &between);
    put_option(out, "not", entity->not .item, entity->not .count, &between);
    put_u8(out, '\n');
}

int register_write(const struct entity_register *entities,
                   struct bytes_out *out, struct err *err)
{
    for (size_t i = 0; i < entities->count; i++)
        register_put_entity(out, &entities->entity[i]);
    return out->failed ? err_set(err, ERR_NOMEM, "out of memory") : ERR_OK;
}
