package io.eventsource.autoconfigure.checks;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Names the properties below {@code eventsource} that do not exist, with those that may be meant. What is known is in the metadata on
 * the class path. Environment variables that Kubernetes sets for a service of the name are left out.
 */
final class PropertyCheck implements BeanFactoryPostProcessor {

    private static final String PROPERTY = "eventsource.checks.unknown-properties";
    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("eventsource");
    private static final String VARIABLE = "EVENTSOURCE_";

    /** Those that Kubernetes sets for each service, for one that is named eventsource or begins with it. */
    private static final Pattern OF_A_SERVICE = Pattern.compile(
            "EVENTSOURCE_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    private final ConfigurableEnvironment environment;

    PropertyCheck(ConfigurableEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        // a build that processes the application ahead of time has other properties than its runs
        if (Boolean.getBoolean("spring.aot.processing")) {
            return;
        }
        KnownProperties known = KnownProperties.on(Objects.requireNonNull(beanFactory.getBeanClassLoader()));
        if (!known.isEmpty()) {
            Map<String, String> unknown = new TreeMap<>();
            environment.getPropertySources().forEach(source -> look(source, known, unknown));
            Findings.settle(
                    environment,
                    PROPERTY,
                    "These properties do not exist, so they would have no effect; docs/configuration.md has all that do",
                    List.copyOf(unknown.values()));
        }
    }

    private static void look(PropertySource<?> source, KnownProperties known, Map<String, String> unknown) {
        if (source instanceof SystemEnvironmentPropertySource variables) {
            for (String name : variables.getPropertyNames()) {
                if (name.startsWith(VARIABLE) && !OF_A_SERVICE.matcher(name).matches() && !known.hasVariable(name)) {
                    unknown.putIfAbsent(name, finding(name, "an environment variable", known.nearestVariables(name)));
                }
            }
        } else if (ConfigurationPropertySource.from(source) instanceof IterableConfigurationPropertySource properties) {
            properties.stream().filter(ROOT::isAncestorOf).forEach(name -> {
                ConfigurationProperty property = properties.getConfigurationProperty(name);
                if (property != null && !known.has(name, isEmpty(property))) {
                    unknown.putIfAbsent(
                            name.toString(), finding(name.toString(), where(source, property), known.nearest(name)));
                }
            });
        }
    }

    /** A group without properties, which YAML files have as a property without a value. */
    private static boolean isEmpty(ConfigurationProperty property) {
        return String.valueOf(property.getValue()).isEmpty();
    }

    private static String where(PropertySource<?> source, ConfigurationProperty property) {
        return property.getOrigin() == null
                ? source.getName()
                : property.getOrigin().toString();
    }

    private static String finding(String name, String where, List<String> nearest) {
        return "%s (%s).%s"
                .formatted(
                        name,
                        where,
                        nearest.isEmpty() ? "" : " Do you mean %s?".formatted(String.join(" or ", nearest)));
    }
}
