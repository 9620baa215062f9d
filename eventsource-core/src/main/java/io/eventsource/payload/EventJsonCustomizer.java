package io.eventsource.payload;

import tools.jackson.databind.json.JsonMapper;

/**
 * Adds to how events and snapshots are written as JSON: the library's settings and the application's modules.
 *
 * <pre>{@code
 * @Bean
 * EventJsonCustomizer moneyInEvents() {
 *     return builder -> builder.addModule(new MoneyModule());
 * }
 * }</pre>
 *
 * <p>Beans of this type are applied in their order. Jackson modules that are beans, and {@code spring.jackson} properties, are for
 * HTTP and not for events: what is stored is read for years, so what it is made of is said here. A change of it must go on
 * reading what is stored.
 */
@FunctionalInterface
public interface EventJsonCustomizer {

    /**
     * Adds to the settings. Called once, at start.
     *
     * @param builder has the library's settings
     */
    void customize(JsonMapper.Builder builder);
}
