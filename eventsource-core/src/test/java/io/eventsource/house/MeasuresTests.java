package io.eventsource.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuresTests {

    @TempDir
    private Path root;

    @BeforeEach
    void write_a_repository() throws IOException {
        write("README.md", "# Shop\n\n```java\nclass Shop {}\n```\n");
        write("ARCHITECTURE.md", "One room.\n");
        write(
                "eventsource-core/src/main/java/shop/order/Order.java",
                """
                package shop.order;

                import shop.basket.Basket;

                /** A comment
                 * of two lines. */
                public record Order(Basket basket, int total) {

                    // no code
                    static final int MOST = 100; // code

                    public record Line(String text, int count, int price) {

                        Line {
                            text = \"""
                                    /* this is

                                    code */\""";
                        }
                    }
                }
                """);
        write(
                "eventsource-core/src/main/java/shop/basket/Basket.java",
                """
                package shop.basket;

                import static shop.price.Price.of;

                class Basket {

                    Basket(int one, String two) {}

                    void put(int one, int two, int three, int four) {}
                }
                """);
        write(
                "eventsource-core/src/main/java/shop/price/Price.java",
                """
                package shop.price;

                import shop.order.Order.Line;

                class Price {}
                """);
        write(
                "eventsource-core/src/test/java/shop/order/OrderTests.java",
                """
                package shop.order;

                class OrderTests {
                    @Test
                    void an_order_has_2_lines() {}

                    @Test
                    void thisIsAnother() {}

                    // no test
                    void helper() {}
                }
                """);
        write("shop-free/src/main/java/shop/free/Free.java", "package shop.free;\n\nclass Free {}\n");
    }

    @Test
    void each_measure_has_the_largest_value_and_its_place() throws IOException {
        assertThat(measures())
                .containsExactlyInAnyOrder(
                        new Measure(
                                "files-of-a-package.eventsource-core", 1, "shop.basket 1, shop.order 1, shop.price 1"),
                        new Measure("files-of-a-package.shop-free", 1, "shop.free 1"),
                        new Measure("lines-of-a-file", 12, "Order.java"),
                        new Measure("lines-of-a-test-file", 8, "OrderTests.java 8"),
                        new Measure("components-of-a-record", 3, "Order.java Line"),
                        new Measure("lines-of-a-method", 5, "Order.java Line.<init>"),
                        new Measure("parameters-of-a-constructor", 2, "Basket.java Basket.<init>"),
                        new Measure("parameters-of-a-method", 4, "Basket.java Basket.put"),
                        new Measure("public-types.eventsource-core", 1, "of 3"),
                        new Measure("public-types-with-nested.eventsource-core", 2, ""),
                        new Measure("tests-not-in-snake-case", 1, "OrderTests.java thisIsAnother"),
                        new Measure("tests-with-long-names", 0, ""),
                        new Measure("packages-in-cycles", 3, "shop.basket, shop.order, shop.price"),
                        new Measure("lines.README.md", 5, ""),
                        new Measure("bytes.ARCHITECTURE.md", 10, ""),
                        new Measure("first-java.README.md", 3, ""));
    }

    @Test
    void a_measure_above_its_bound_or_without_one_exceeds_the_bounds() {
        Bounds bounds = new Bounds(Map.of("lines-of-a-file", 12));

        assertThat(bounds.isExceededBy(new Measure("lines-of-a-file", 12, ""))).isFalse();
        assertThat(bounds.isExceededBy(new Measure("lines-of-a-file", 13, ""))).isTrue();
        assertThat(bounds.isExceededBy(new Measure("lines-of-a-method", 1, ""))).isTrue();
    }

    @Test
    void the_table_says_which_bound_can_be_lowered_and_which_is_missing() {
        Bounds bounds = new Bounds(Map.of("lines-of-a-file", 12));

        assertThat(bounds.table(List.of(
                        new Measure("lines-of-a-file", 11, "Order.java"),
                        new Measure("lines-of-a-method", 5, "Order.java Order.put"))))
                .endsWith(
                        """
                        | lines-of-a-file | 11 | 12, lower it to 11 | Order.java |
                        | lines-of-a-method | 5 | none: add lines-of-a-method=5 | Order.java Order.put |
                        """);
    }

    @Test
    void the_drawing_shows_packages_in_their_modules_and_imports_between_them() throws IOException {
        Packages packages = new Packages(Repository.read(root).sources());

        assertThat(Drawing.of(packages.of("eventsource-core"::equals)))
                .contains("subgraph \"cluster_eventsource-core\"")
                .contains("\"shop.order\" [label=\"shop.order\\n1 files\"]")
                .contains("\"shop.price\" -> \"shop.order\" [label=1]")
                .contains("\"shop.basket\" -> \"shop.price\" [label=1]")
                .doesNotContain("shop.free");
    }

    private List<Measure> measures() throws IOException {
        Repository repository = Repository.read(root);
        return Measures.of(repository, new Packages(repository.sources()));
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
