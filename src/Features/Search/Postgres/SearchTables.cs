using Aarya.Infrastructure.Postgres;
using Weasel.Core;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Features.Search.Postgres;

/// <summary>The index as plain tables: what shoppers may find, in what sizes and colours, and the words they may have meant.</summary>
internal static class SearchTables
{
    public static IReadOnlyList<ISchemaObject> All { get; } =
    [
        Product(), Variant(), Stock(), Word(), Synonym(), PopularSearch(), Purchase(), Refill(), ElasticsearchIndex(),
        ElasticsearchPending(), OrderChange(), Curation(), ViewedProduct(),
        new Sequence(new PostgresqlObjectName(Roles.Search, "elasticsearch_revision", SchemaUtils.IdentifierUsage.General)),
    ];

    // A withdrawn product stays as a row: its version distinguishes later events from earlier ones.
    private static GeneratedColumnsTable Product()
    {
        // The column of the words was generated before the program cut them.
        var product = new GeneratedColumnsTable($"{Roles.Search}.product");
        product.AddColumn("product_id", "uuid").AsPrimaryKey();
        product.AddColumn("version", "bigint").NotNull();
        product.AddColumn("published", "boolean").NotNull();
        product.AddColumn("slug", "text").NotNull();
        product.AddColumn("name", "text").NotNull();
        product.AddColumn("description", "text").NotNull();
        product.AddColumn("category", "text").NotNull();
        product.AddColumn("image", "text").NotNull();
        product.AddColumn("price_minor", "bigint").NotNull();
        product.AddColumn("currency", "text").NotNull();
        product.AddColumn("published_at", "timestamptz").NotNull();
        product.AddColumn("indexed_at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        // Written with the row, because the program cuts the words; a program with newer rules than the row's cuts them again.
        product.AddColumn("words", "tsvector").NotNull().DefaultValueByExpression("''::tsvector");
        product.AddColumn("word_rules", "integer").NotNull().DefaultValue(0);
        // The categories that its category is a part of, and what it is made of.
        product.AddColumn("ancestors", "text[]").NotNull().DefaultValueByExpression("'{}'::text[]");
        product.AddColumn("materials", "text[]").NotNull().DefaultValueByExpression("'{}'::text[]");
        // The version of the tree that the ancestors come from.
        product.AddColumn("tree_version", "bigint").NotNull().DefaultValue(0);
        product.Indexes.Add(new IndexDefinition("product_category") { Columns = ["category"] });
        product.Indexes.Add(new IndexDefinition("product_newest") { Columns = ["published_at"] });
        product.Indexes.Add(new IndexDefinition("product_slug") { Columns = ["slug"] });
        product.Indexes.Add(new IndexDefinition("product_indexed") { Columns = ["indexed_at"] });
        return product;
    }

    private static Table Variant()
    {
        var variant = new Table($"{Roles.Search}.variant");
        variant.AddColumn("product_id", "uuid").AsPrimaryKey();
        variant.AddColumn("sku", "text").AsPrimaryKey();
        variant.AddColumn("size", "text").NotNull();
        variant.AddColumn("colour", "text").NotNull();
        variant.AddColumn("price_minor", "bigint").NotNull();
        variant.AddColumn("compare_at_minor", "bigint").AllowNulls();
        variant.AddColumn("barcode", "text").NotNull().DefaultValueByString("");
        variant.Indexes.Add(new IndexDefinition("variant_sku") { Columns = ["sku"] });
        return variant;
    }

    // Separate from variants, because a stock event may arrive before its product. Sequence 0: the stock came with the product.
    private static Table Stock()
    {
        var stock = new Table($"{Roles.Search}.stock");
        stock.AddColumn("sku", "text").AsPrimaryKey();
        stock.AddColumn("available", "integer").NotNull();
        stock.AddColumn("sequence", "bigint").NotNull();
        stock.AddColumn("indexed_at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        stock.WithFillFactor(70);
        stock.Indexes.Add(new IndexDefinition("stock_indexed") { Columns = ["indexed_at"] });
        return stock;
    }

    // Every word that a product is found by, to correct typos.
    private static Table Word()
    {
        var word = new Table($"{Roles.Search}.word");
        word.AddColumn("word", "text").AsPrimaryKey();
        return word;
    }

    private static Table Synonym()
    {
        var synonym = new Table($"{Roles.Search}.synonym");
        synonym.AddColumn("term", "text").AsPrimaryKey();
        synonym.AddColumn("words", "text[]").NotNull();
        return synonym;
    }

    // The key is the same for all spellings of a query with the same words.
    private static Table Curation()
    {
        var curation = new Table($"{Roles.Search}.curation");
        curation.AddColumn("key", "text").AsPrimaryKey();
        curation.AddColumn("query", "text").NotNull();
        curation.AddColumn("pinned", "uuid[]").NotNull();
        curation.AddColumn("hidden", "uuid[]").NotNull();
        curation.AddColumn("redirect_category", "text").AllowNulls();
        curation.AddColumn("redirect_path", "text").AllowNulls();
        return curation;
    }

    // How often a text was searched for; the weight is as it was at the time.
    private static Table PopularSearch()
    {
        var search = new Table($"{Roles.Search}.popular_search");
        search.AddColumn("text", "text").AsPrimaryKey();
        search.AddColumn("weight", "double precision").NotNull();
        search.AddColumn("at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        return search;
    }

    // How often a product was looked at; the weight is as it was at the time.
    private static Table ViewedProduct()
    {
        var viewed = new Table($"{Roles.Search}.viewed_product");
        viewed.AddColumn("product_id", "uuid").AsPrimaryKey();
        viewed.AddColumn("weight", "double precision").NotNull();
        viewed.AddColumn("at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        return viewed;
    }

    private static Table Purchase()
    {
        var purchase = new Table($"{Roles.Search}.purchase");
        purchase.AddColumn("order_id", "uuid").AsPrimaryKey();
        purchase.AddColumn("sku", "text").AsPrimaryKey();
        purchase.AddColumn("subject", "uuid").NotNull();
        purchase.AddColumn("quantity", "integer").NotNull();
        purchase.AddColumn("at", "timestamptz").NotNull();
        // Stored, because the catalogue may remove the SKU later. Null while no product with the SKU has been indexed.
        purchase.AddColumn("product_id", "uuid").AllowNulls();
        purchase.Indexes.Add(new IndexDefinition("purchase_subject") { Columns = ["subject"] });
        purchase.Indexes.Add(new IndexDefinition("purchase_at") { Columns = ["at"] });
        purchase.Indexes.Add(new IndexDefinition("purchase_unknown") { Columns = ["sku"], Predicate = "product_id is null" });
        return purchase;
    }

    // Orders that were cancelled or refunded, and those that got a new owner before their purchase was stored: the events of an order may
    // arrive in any order.
    private static Table OrderChange()
    {
        var change = new Table($"{Roles.Search}.order_change");
        change.AddColumn("order_id", "uuid").AsPrimaryKey();
        change.AddColumn("subject", "uuid").AllowNulls();
        change.AddColumn("ended", "boolean").NotNull();
        change.AddColumn("at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        change.Indexes.Add(new IndexDefinition("order_change_subject") { Columns = ["subject"] });
        change.Indexes.Add(new IndexDefinition("order_change_at") { Columns = ["at"] });
        return change;
    }

    // One row: the running refill, or the last one if it was stopped before its end.
    private static Table Refill()
    {
        var refill = new Table($"{Roles.Search}.refill");
        refill.AddColumn("index", "text").AsPrimaryKey();
        refill.AddColumn("since", "timestamptz").NotNull();
        refill.AddColumn("seen_at", "timestamptz").NotNull();
        return refill;
    }

    // The indices in Elasticsearch that get the changes. Empty until Elasticsearch is deployed for the first time; while it is empty, no
    // change becomes pending.
    private static Table ElasticsearchIndex()
    {
        var index = new Table($"{Roles.Search}.elasticsearch_index");
        index.AddColumn("name", "text").AsPrimaryKey();
        index.AddColumn("layout", "integer").NotNull();
        index.AddColumn("complete", "boolean").NotNull().DefaultValueByExpression("false");
        index.AddColumn("rebuild_requested", "boolean").NotNull().DefaultValueByExpression("false");
        return index;
    }

    // Products whose latest change has not reached Elasticsearch yet.
    private static Table ElasticsearchPending()
    {
        var pending = new Table($"{Roles.Search}.elasticsearch_pending");
        pending.AddColumn("product_id", "uuid").AsPrimaryKey();
        pending.AddColumn("revision", "bigint").NotNull();
        pending.AddColumn("since", "timestamptz").NotNull().DefaultValueByExpression("now()");
        pending.Indexes.Add(new IndexDefinition("elasticsearch_pending_since") { Columns = ["since"] });
        return pending;
    }
}
