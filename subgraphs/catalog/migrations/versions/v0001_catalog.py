"""Products, variants, prices and what they are arranged in; the search over them."""

from alembic import op

from subgraphs.shared.idempotency import create_idempotency
from subgraphs.shared.outbox import create_outbox

revision = "v0001"
down_revision = None

_STATEMENTS = (
    "create extension if not exists pg_trgm",
    """
    create table catalog.channels (
        id text primary key,
        slug text not null unique,
        name text not null,
        currency text not null,
        countries text[] not null,
        tax_inclusive boolean not null,
        position integer not null
    )""",
    """
    create table catalog.categories (
        id text primary key,
        slug text not null unique,
        name text not null,
        parent_id text references catalog.categories,
        ondc_domain text,
        position integer not null
    )""",
    "create index ix_catalog_categories_parent_id on catalog.categories (parent_id)",
    """
    create table catalog.products (
        id text primary key,
        slug text not null unique,
        title text not null,
        description text not null,
        vendor text,
        status text not null,
        category_id text references catalog.categories,
        tags text[] not null,
        keywords text not null default '',
        version integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        search tsvector generated always as (
            setweight(to_tsvector('english'::regconfig, title), 'A')
            || setweight(to_tsvector('english'::regconfig, coalesce(vendor, '')), 'B')
            || setweight(to_tsvector('english'::regconfig, keywords), 'B')
            || setweight(to_tsvector('english'::regconfig, description), 'D')
        ) stored,
        words text generated always as (
            lower(title || ' ' || coalesce(vendor, '') || ' ' || keywords)
        ) stored,
        constraint products_status check (status in ('DRAFT', 'ACTIVE', 'ARCHIVED'))
    )""",
    "create index products_search on catalog.products using gin (search)",
    "create index products_words on catalog.products using gin (words gin_trgm_ops)",
    """
    create index products_newest on catalog.products (created_at, id)
        where status = 'ACTIVE'""",
    "create index products_vendor on catalog.products (vendor)",
    "create index ix_catalog_products_category_id on catalog.products (category_id)",
    """
    create table catalog.collections (
        id text primary key,
        slug text not null unique,
        title text not null,
        position integer not null
    )""",
    """
    create table catalog.collection_products (
        collection_id text not null references catalog.collections,
        product_id text not null references catalog.products,
        position integer not null,
        primary key (collection_id, product_id)
    )""",
    """
    create index ix_catalog_collection_products_product_id
        on catalog.collection_products (product_id)""",
    """
    create table catalog.options (
        product_id text not null references catalog.products,
        name text not null,
        position integer not null,
        primary key (product_id, name)
    )""",
    """
    create table catalog.option_values (
        product_id text not null,
        option_name text not null,
        value text not null,
        swatch_hex text,
        position integer not null,
        primary key (product_id, option_name, value),
        foreign key (product_id, option_name) references catalog.options (product_id, name)
    )""",
    """
    create table catalog.variants (
        id text primary key,
        product_id text not null references catalog.products,
        position integer not null,
        sku text not null unique,
        barcode text unique,
        choices jsonb not null,
        weight_grams integer,
        cost_amount bigint,
        cost_currency text,
        price_version integer not null default 0,
        constraint variants_position unique (product_id, position),
        constraint variants_choices unique (product_id, choices)
            deferrable initially deferred,
        constraint variants_product unique (id, product_id),
        constraint variants_weight check (weight_grams > 0),
        constraint variants_cost check (cost_amount >= 0),
        constraint variants_cost_currency check ((cost_amount is null) = (cost_currency is null))
    )""",
    """
    create table catalog.prices (
        variant_id text not null,
        channel text not null references catalog.channels (slug),
        product_id text not null,
        amount bigint not null,
        compare_at bigint,
        primary key (variant_id, channel),
        foreign key (variant_id, product_id) references catalog.variants (id, product_id),
        constraint prices_amount check (amount between 0 and 9007199254740991),
        constraint prices_compare_at check (compare_at between amount and 9007199254740991)
    )""",
    "create index prices_product on catalog.prices (product_id, channel, amount)",
    """
    create table catalog.attribute_types (
        key text primary key,
        label text not null,
        unit text,
        position integer not null
    )""",
    """
    create table catalog.attributes (
        product_id text not null references catalog.products,
        key text not null references catalog.attribute_types,
        value text not null,
        primary key (product_id, key)
    )""",
    "create index attributes_value on catalog.attributes (key, value)",
    """
    create table catalog.images (
        id text primary key,
        product_id text not null references catalog.products,
        variant_id text,
        file text not null,
        alt text not null,
        width integer not null,
        height integer not null,
        position integer not null,
        foreign key (variant_id, product_id) references catalog.variants (id, product_id)
    )""",
    "create index images_product on catalog.images (product_id, position)",
    "create index ix_catalog_images_variant_id on catalog.images (variant_id)",
    # A view rather than a table: it cannot disagree with the products.
    """
    create view catalog.facets as
        select id as product_id, 'brand' as key, 'Brand' as key_label,
            vendor as value, vendor as label
        from catalog.products where vendor is not null
    union all
        select p.id, 'category', 'Category', c.slug, c.name
        from catalog.products p join catalog.categories c on c.id = p.category_id
    union all
        select a.product_id, a.key, t.label, a.value, concat_ws(' ', a.value, t.unit)
        from catalog.attributes a join catalog.attribute_types t on t.key = a.key
    union all
        select product_id, lower(option_name), option_name, value, value
        from catalog.option_values""",
    # All words must match. Only where nothing does are mistyped words looked for: each must be
    # similar to some words of the product; the longest of them narrows the search by its index, and
    # what is far behind the best is left out.
    """
    create function catalog.found(typed text)
        returns table (id text, score double precision)
        language sql stable parallel safe
        set pg_trgm.word_similarity_threshold = 0.3
        as $$
            with asked as materialized (
                select websearch_to_tsquery('english'::regconfig, typed) as query
            ), exact as materialized (
                select p.id, round(ts_rank_cd(p.search, asked.query)::numeric, 6) as score
                from catalog.products p, asked
                where p.search @@ asked.query and p.status = 'ACTIVE'
            ), typed_words as materialized (
                select word
                from regexp_split_to_table(lower(typed), '[^[:alnum:]]+') as word
                where word <> ''
            ), alike as (
                select p.id, round(avg(word_similarity(w.word, p.words))::numeric, 6) as score
                from catalog.products p, typed_words w
                where p.status = 'ACTIVE'
                  and (select word from typed_words order by length(word) desc, word limit 1)
                      <% p.words
                group by p.id
                having bool_and(w.word <% p.words)
            )
            select id, score::double precision from exact
            union all
            select id, score::double precision from alike
            where not exists (select from exact)
              and score >= 0.75 * (select max(score) from alike)
        $$""",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
    create_outbox("catalog")
    create_idempotency("catalog")


def downgrade() -> None:
    op.execute("drop function catalog.found(text)")
    op.execute("drop view catalog.facets")
    for table in (
        "images", "attributes", "attribute_types", "prices", "variants", "option_values", "options",
        "collection_products", "collections", "products", "categories", "channels",
        "idempotency", "outbox_sequence", "outbox",
    ):  # fmt: skip
        op.drop_table(table, schema="catalog")
