package io.eventsource.autoconfigure;

import java.lang.annotation.Annotation;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.Environment;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** Finds annotated classes in the application's packages, those that {@code @SpringBootApplication} names. */
final class AnnotatedClassScanner {

    private final ConfigurableBeanFactory beanFactory;
    private final Environment environment;

    AnnotatedClassScanner(ConfigurableBeanFactory beanFactory, Environment environment) {
        this.beanFactory = beanFactory;
        this.environment = environment;
    }

    List<? extends Class<?>> find(Class<? extends Annotation> annotation) {
        ClassPathScanningCandidateComponentProvider scanner =
                new ClassPathScanningCandidateComponentProvider(false, environment) {
                    @Override
                    protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
                        // abstract classes and interfaces too: whoever uses them says what is wrong with that
                        return definition.getMetadata().isIndependent();
                    }
                };
        scanner.addIncludeFilter(new AnnotationTypeFilter(annotation, false));
        return packages(beanFactory).stream()
                .flatMap(each -> scanner.findCandidateComponents(each).stream())
                .map(definition -> String.valueOf(definition.getBeanClassName()))
                .distinct()
                .sorted()
                .map(name -> ClassUtils.resolveClassName(name, beanFactory.getBeanClassLoader()))
                .toList();
    }

    private static List<String> packages(BeanFactory beanFactory) {
        return AutoConfigurationPackages.has(beanFactory) ? AutoConfigurationPackages.get(beanFactory) : List.of();
    }
}
