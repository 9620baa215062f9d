package io.eventsource.autoconfigure.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.jdbc.EventSourceDataSource;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;

/** Which of several data sources has the events. */
class StoreDataSourcesTests {

    private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

    @EventSourceDataSource
    static class Marked extends HikariDataSource {}

    private void define(String name, Class<? extends DataSource> type, boolean primary) {
        RootBeanDefinition definition = new RootBeanDefinition(type);
        definition.setPrimary(primary);
        beans.registerBeanDefinition(name, definition);
    }

    private Stream<String> theStores() {
        return Stream.of(beans.getBeanDefinitionNames()).filter(name -> StoreDataSources.isTheStores(beans, name));
    }

    @Test
    void a_marked_one_comes_before_a_primary_one() {
        define("orders", HikariDataSource.class, true);
        define("events", Marked.class, false);

        assertThat(theStores()).containsExactly("events");
    }

    @Test
    void a_primary_one_comes_before_others() {
        define("orders", HikariDataSource.class, false);
        define("events", HikariDataSource.class, true);

        assertThat(theStores()).containsExactly("events");
    }

    @Test
    void the_only_one_needs_no_mark() {
        define("events", HikariDataSource.class, false);

        assertThat(theStores()).containsExactly("events");
    }

    @Test
    void of_several_without_a_mark_it_is_none() {
        define("orders", HikariDataSource.class, false);
        define("events", HikariDataSource.class, false);

        assertThat(theStores()).isEmpty();
    }
}
