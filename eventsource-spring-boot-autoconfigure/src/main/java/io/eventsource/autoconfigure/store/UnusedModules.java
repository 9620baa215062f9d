package io.eventsource.autoconfigure.store;

import io.eventsource.payload.EventJsonCustomizer;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import tools.jackson.databind.JacksonModule;

/** Says at start which Jackson modules of the application are not for events, since who writes one expects that they are. */
final class UnusedModules {

    private static final Logger log = LoggerFactory.getLogger(UnusedModules.class);

    /** Those of Spring and its kin are for HTTP and nobody expects them in events. */
    private static final String SPRING = "org.springframework.";

    private UnusedModules() {}

    static void report(ConfigurableListableBeanFactory beanFactory, Collection<EventJsonCustomizer> customizers) {
        List<String> names = ofTheApplication(beanFactory);
        if (!names.isEmpty() && customizers.isEmpty()) {
            log.info(
                    "The Jackson modules {} are for HTTP and not for events and snapshots. Add those that events need by a bean of type EventJsonCustomizer",
                    names);
        }
    }

    private static List<String> ofTheApplication(ConfigurableListableBeanFactory beanFactory) {
        // by their names, without making them
        return Stream.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                        beanFactory, JacksonModule.class, true, false))
                .filter(name -> {
                    Class<?> type = beanFactory.getType(name, false);
                    return type == null || !type.getName().startsWith(SPRING);
                })
                .sorted()
                .toList();
    }
}
