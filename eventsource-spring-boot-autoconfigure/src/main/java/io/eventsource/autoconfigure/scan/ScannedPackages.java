package io.eventsource.autoconfigure.scan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScans;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * The packages of the application: that of its main class, those in which Spring looks for its beans, and those that {@code
 * eventsource.packages} names.
 */
public final class ScannedPackages {

    /** The property that names further packages. */
    public static final String PROPERTY = "eventsource.packages";

    private final ConfigurableListableBeanFactory beanFactory;
    private final Environment environment;

    /**
     * Creates it.
     *
     * @param beanFactory has the definitions of the application's configurations
     * @param environment has the property
     */
    public ScannedPackages(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    /**
     * All of them.
     *
     * @return the packages, none of them below another
     */
    public List<String> all() {
        Set<String> packages = new LinkedHashSet<>();
        if (AutoConfigurationPackages.has(beanFactory)) {
            packages.addAll(AutoConfigurationPackages.get(beanFactory));
        }
        packages.addAll(ofBeans());
        packages.addAll(Binder.get(environment)
                .bind(PROPERTY, Bindable.listOf(String.class))
                .orElse(List.of()));
        return packages.stream()
                .filter(each -> packages.stream().noneMatch(other -> !other.equals(each) && isBelow(each, other)))
                .toList();
    }

    /**
     * Those in which Spring looks for beans.
     *
     * @return the packages
     */
    public Set<String> ofBeans() {
        Set<String> packages = new LinkedHashSet<>();
        for (String name : beanFactory.getBeanDefinitionNames()) {
            BeanDefinition definition = beanFactory.getBeanDefinition(name);
            if (definition instanceof AnnotatedBeanDefinition annotated && definition.getFactoryMethodName() == null) {
                packages.addAll(scannedBy(annotated.getMetadata()));
            }
        }
        return packages;
    }

    private Collection<String> scannedBy(AnnotationMetadata configuration) {
        List<String> packages = new ArrayList<>();
        for (AnnotationAttributes scan : configuration.getMergedRepeatableAnnotationAttributes(
                ComponentScan.class, ComponentScans.class, false)) {
            List<String> named = Stream.concat(
                            Arrays.stream(scan.getStringArray("basePackages")).flatMap(this::resolved),
                            Arrays.stream(scan.getClassArray("basePackageClasses"))
                                    .map(ClassUtils::getPackageName))
                    .toList();
            packages.addAll(named.isEmpty() ? List.of(ClassUtils.getPackageName(configuration.getClassName())) : named);
        }
        return packages;
    }

    private Stream<String> resolved(String packages) {
        return Arrays.stream(StringUtils.tokenizeToStringArray(
                environment.resolvePlaceholders(packages), ConfigurableApplicationContext.CONFIG_LOCATION_DELIMITERS));
    }

    /**
     * Whether a package is another one or below it.
     *
     * @param name the package
     * @param root the other
     * @return whether it is
     */
    public static boolean isBelow(String name, String root) {
        return root.isEmpty() || name.equals(root) || name.startsWith(root + ".");
    }
}
