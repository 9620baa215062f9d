package io.eventsource.test.slice;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of what is event sourced: the event store, repositories of aggregates and deciders, projections and their read models, upcasters,
 * and the subscriptions that drive them. Without controllers, security, endpoints, health and brokers.
 *
 * <p>Of the application's components there are those that are projections, deciders, upcasters or customize the JSON of events.
 * Others are added by {@link #includeFilters} or {@code @Import}. The read models' migrations run, and repositories of Spring Data JDBC and
 * JPA are there if the application has these. With {@code eventsource-embedded-postgres} on the class path the context has a
 * database of its own, unless the test configures another. A {@link io.eventsource.test.scenario.Scenario} is a bean.
 *
 * <pre>{@code
 * @EventSourceTest
 * class OrderListTests {
 *
 *     @Autowired
 *     Scenario scenario;
 *
 *     @Test
 *     void an_order_is_listed() {
 *         scenario.publish("Order", id, new OrderCreated("customer-1")).andWaitForProjections("order-list")…
 *     }
 * }
 * }</pre>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(EventSourceTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(EventSourceTypeExcludeFilter.class)
@ImportAutoConfiguration
public @interface EventSourceTest {

    /**
     * Properties of the environment before the context starts, as {@code key=value}.
     *
     * @return the properties
     */
    String[] properties() default {};

    /**
     * Whether projections, deciders, upcasters and customizers of the events' JSON are there by themselves.
     *
     * @return true, unless only {@link #includeFilters} count
     */
    boolean useDefaultFilters() default true;

    /**
     * Further components.
     *
     * @return filters
     */
    Filter[] includeFilters() default {};

    /**
     * Components that are left out.
     *
     * @return filters
     */
    Filter[] excludeFilters() default {};

    /**
     * Auto-configurations that are left out.
     *
     * @return their classes
     */
    @AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
    Class<?>[] excludeAutoConfiguration() default {};
}
