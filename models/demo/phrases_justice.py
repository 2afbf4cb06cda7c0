"""What people write about statements of justice fees and about refund claims: data only, read by `texts`.

The notation is described in `texts`. Experts, interpreters and lawyers write « je », companies write « nous ».
"""

TOPICS = """
JUSTICE_FEES_STATUS
case JUSTICE_FEES_STATEMENT
short Mémoire {memo} : [où en est-il ?|sans nouvelles depuis {days} jours]
short Suivi [du mémoire {memo}|de mon mémoire {memo} ({fee})]
fact J'ai déposé le {date} le mémoire {memo}, d'un montant de {fee}, pour [une expertise|une mission] ordonnée dans
    l'affaire n° {rg}. Il est toujours [« Transmis »|« Reçu par le service »].
fact Mon mémoire de frais {memo} du {date} ({fee}) n'a pas évolué : [en attente de certification|« Transmis » depuis
    le premier jour].
detail Le rapport a été remis [au greffe|au magistrat] dans le délai, l'ordonnance de taxe [est jointe|a suivi].
detail J'ai avancé mes frais de déplacement, et [c'est le troisième mémoire dans ce cas|l'attente devient lourde].
detail Le greffe me renvoie au portail et [le portail au greffe|inversement].
case JUSTICE_FEES_STATEMENT
short Interprétariat : mémoire {memo} [sans suite|en attente]
fact Pour mes interventions {of_month} comme interprète, j'ai transmis le {date} le mémoire {memo} ({fee}). Je n'ai
    reçu ni [accusé|certification] ni demande de pièce.
detail Chaque réquisition est jointe avec [les heures de présence visées par l'enquêteur|son attestation de mission].
detail Les mémoires {of_month2} ont, eux, [été réglés|déjà été certifiés].
case JUSTICE_FEES_STATEMENT
short Avocat désigné : mémoire {memo} [sans suite|en attente de taxation]
fact Avocat désigné dans l'affaire n° {rg}, j'ai déposé le mémoire {memo} le {date}. Il reste « [En attente|Transmis]
    », [sans commentaire|sans que je sache à qui il est parvenu].
detail Le montant de {fee} est celui de [l'ordonnance|la taxe], je n'ai rien ajouté.
detail Mon cabinet doit [clore ses comptes|établir sa déclaration] et cette somme reste en suspens.
ask [Pouvez-vous|Pourriez-vous] [m'indiquer où il en est|me dire s'il a été certifié] ?
ask Manque-t-il une pièce au dossier ? Si oui, laquelle[, et à qui l'adresser|] ?
solution Le mémoire a été certifié [hier|ce matin] par le service centralisateur ; [le paiement interviendra sous
    trente jours|il part au prochain lot de paiement].
solution Il attendait la taxation du magistrat, [intervenue lundi|obtenue ce matin]. Le mémoire est transmis pour
    paiement[, vous n'avez rien à faire|].
question [Pouvez-vous|Pourriez-vous] joindre la réquisition ou l'ordonnance de désignation [signée|complète] ? Elle
    est indispensable à la certification.
question L'attestation de mission jointe [n'est pas signée|est incomplète]. Pouvez-vous en transmettre une [visée par
    le magistrat ou l'enquêteur|complète et signée] ?
answer La pièce signée est jointe. [L'original est au dossier de la procédure.|Elle porte le numéro {rg}.]
answer Voici l'ordonnance et l'attestation de mission, [toutes deux signées|dans un seul fichier]. [Je reste joignable
    si besoin.|Rien d'autre ne m'a été remis.]
refusal Le statut est toujours [« Transmis »|le même] et je n'ai reçu aucun avis de [certification|paiement].
refusal Votre réponse concerne [un autre mémoire|le mémoire du mois précédent], déjà [réglé|soldé]. Le mien est
    toujours en attente.
transfer Le mémoire est certifié chez nous ; le statut vu par le prestataire [ne suit pas|reste figé] et nous ne
    pouvons pas [le rafraîchir|le corriger].
transfer Le mémoire n'est visible [dans aucun de nos tableaux|pour aucun agent du service], bien que l'accusé de dépôt
    du portail existe.
attach memo mission capture order_court

JUSTICE_FEES_REJECTED
case JUSTICE_FEES_STATEMENT
short Rejet du mémoire {memo}[ : tarif contesté| sans motif clair|]
short Mémoire {memo} rejeté[, que corriger ?| par le service]
fact Mon mémoire {memo} de {fee} a été rejeté le {date2} pour « tarification non conforme ». [J'ai appliqué le barème
    en vigueur au jour de la mission|Le barème appliqué est celui de la réquisition].
fact Le mémoire {memo}, déposé le {date}, est revenu avec la mention « [Pièce manquante|À compléter] » [alors que tout
    y était|sans préciser laquelle].
detail L'affaire porte le n° {rg} et le magistrat [n'a formulé aucune réserve|a validé ma note d'honoraires].
detail Les frais de déplacement sont détaillés, [justificatifs compris|ticket par ticket].
case JUSTICE_FEES_STATEMENT
short Mémoire {memo} rejeté : mauvaise juridiction
fact J'ai adressé le mémoire {memo} ({fee}) à votre juridiction. Il est rejeté au motif qu'il relèverait [d'une autre
    juridiction|d'un autre ressort].
detail La réquisition émane pourtant d'un magistrat de votre tribunal, affaire n° {rg}.
detail L'affaire a été dépaysée [en cours de mission|après mon rapport] et personne ne sait qui doit [payer|certifier].
case JUSTICE_FEES_STATEMENT
short Mémoire {memo} refusé comme tardif
fact On m'oppose la forclusion pour le mémoire {memo} ({fee}), alors que ma mission s'est achevée le {date}[, il y a
    moins d'un an|].
detail Un premier dépôt avait été fait sur papier, [dont j'ai l'accusé de réception|avec cachet du greffe].
detail La date retenue semble être celle [de la réquisition|de la désignation] et non celle de la fin de mission.
ask [Pouvez-vous|Pourriez-vous] [revoir ce rejet|m'indiquer précisément ce qu'il faut corriger] ?
ask Puis-je [redéposer le mémoire sous le même numéro|le corriger sans repartir de zéro] ?
solution Après examen, le rejet n'était pas fondé : [vous pouvez redéposer le mémoire à l'identique|le mémoire est
    remis en traitement]. [Il sera certifié en priorité.|]
solution Le mémoire doit être redéposé avec [une ligne par mission|les frais de déplacement sur une ligne distincte] ;
    le reste est conforme et [ne sera pas rediscuté|n'appelle pas d'observation].
question [Pouvez-vous|Pourriez-vous] joindre [le justificatif du tarif appliqué|le détail du calcul] et la réquisition
    signée ?
question À quelle date le rapport a-t-il été [remis|déposé], et pouvez-vous en joindre [l'accusé de réception|la
    preuve] avec la réquisition ?
answer Le détail et la réquisition signée sont joints. [Le rapport a été remis au greffe contre récépissé.|L'accusé de
    réception du rapport est à la suite.]
answer Voici la réquisition, le calcul et l'accusé de réception du rapport[, en un seul fichier|]. [Je n'ai rien
    modifié d'autre.|Dites-moi s'il manque encore un élément.]
refusal Le second dépôt a été rejeté [pour le même motif|dans les mêmes termes] ; [vos indications ont pourtant été
    suivies|je n'ai rien changé d'autre].
refusal Le portail [m'interdit de reprendre le numéro|refuse le même numéro] : « {error} ».
transfer Le rejet ne vient pas de nos agents, [aucune action n'est tracée|l'historique ne montre rien] : contrôle
    automatique du portail à vérifier.
transfer Le mémoire relève d'une autre juridiction et [nous ne pouvons pas le réorienter|la réorientation échoue] :
    seul le support peut changer le destinataire.
attach memo mission order_court

JUSTICE_FEES_PAYMENT
case JUSTICE_FEES_STATEMENT
short Paiement du mémoire {memo} non reçu
short Mémoire {memo} [certifié mais non payé|: {fee} en attente]
fact Le mémoire {memo} de {fee} est « Certifié » depuis le {date2}, et aucun virement [n'est arrivé|n'apparaît sur mon
    compte].
fact Je n'ai pas reçu le paiement du mémoire {memo} ({fee}), que le portail dit [« Mis en paiement »|« Payé »] depuis
    le {date2}.
detail La mission remonte [à l'an dernier|à plus d'un an], affaire n° {rg}.
detail Mes coordonnées bancaires n'ont pas changé[ et d'autres mémoires ont été payés sur ce compte|].
case JUSTICE_FEES_STATEMENT
short Mémoire {memo} : retenue de {small} inexpliquée
fact Le règlement du mémoire {memo} est inférieur de {small} à la somme taxée ({fee}).
detail S'agit-il des cotisations sociales ? Mon activité [est pourtant assujettie à la TVA|n'y est pas soumise] et je
    n'ai reçu aucun bulletin.
detail L'avis de virement ne comporte [aucun détail|qu'un numéro de lot].
own_ask D'où vient cette différence[, et peut-elle être régularisée|] ?
own_ask [Pouvez-vous|Pourriez-vous] me communiquer le détail de cette retenue ?
ask [Pouvez-vous|Pourriez-vous] [vérifier l'ordre de paiement|me dire à quelle date le virement est parti] ?
ask Vers quel [service|comptable] dois-je me tourner [pour obtenir ce règlement|si ce n'est pas vous] ?
solution Le virement avait été rejeté par la banque. Il a été réémis [ce matin|hier] ; [comptez trois jours ouvrés|il
    arrivera en fin de semaine].
solution La régie a [repris l'ordre de paiement|régularisé le dossier] [hier|lundi], sous le n° {mandate}. Le
    règlement sera complet, [cotisations déduites s'il y a lieu|sans autre démarche].
question [Pouvez-vous|Pourriez-vous] joindre un RIB à votre nom[ ou à celui du cabinet|], daté de moins de trois mois ?
question Votre fiche [ne mentionne pas votre régime de TVA|est muette sur la TVA]. Relevez-vous de la TVA ou du statut
    de collaborateur occasionnel ? Merci de joindre aussi un RIB.
answer Le RIB est joint. Mon activité est [assujettie à la TVA depuis plusieurs années|en franchise de TVA]. [Rien n'a
    changé de ce côté.|Le compte est inchangé.]
answer Voici le RIB du cabinet et l'attestation fiscale : [franchise en base de TVA|régime réel, TVA comprise].
refusal Aucun virement [à la date annoncée|n'est arrivé], [relevé bancaire à l'appui|ma banque le confirme].
refusal La somme versée [reste incomplète|ne couvre que les honoraires] : il manque {small} de frais de déplacement.
transfer La régie a payé ; le portail affiche encore [« Certifié »|l'ancien statut] et le retour de paiement [est en
    erreur|n'est pas intégré].
transfer Le RIB modifié par le prestataire dans le portail [ne nous parvient pas|n'est pas transmis à notre
    application] : à reprendre par le support.
attach rib memo list

JUSTICE_FEES_FORM
case JUSTICE_FEES_STATEMENT
short Saisie d'un mémoire [impossible|bloquée] : « {error} »
short [Blocage à l'étape 3|Blocage à la validation] du mémoire {memo}
fact Je n'arrive pas à valider le mémoire {memo} ({fee}) : à la dernière étape, le portail affiche « {error} » et
    [tout est à ressaisir|revient au début].
fact Depuis le {date2}, la saisie de mon mémoire {memo} s'arrête à l'ajout des pièces : « {error} ».
detail J'ai essayé avec {browser} et sur un autre ordinateur, [même résultat|sans succès].
detail Les pièces font moins de 2 Mo [chacune|en tout] et sont toutes en PDF.
case JUSTICE_FEES_STATEMENT
short Le type de mission n'est pas proposé ([interprétariat|traduction|enquête sociale])
fact Pour mon mémoire {memo} de {fee}, le type de mission qui figure sur la réquisition n'existe pas dans la liste
    [déroulante|proposée par le portail].
detail En choisissant « Autre », le tarif [tombe à zéro|devient obligatoire mais reste grisé].
detail Le greffe m'a répondu que [cela ne dépend pas du tribunal|c'est au portail de l'ajouter].
ask [Pouvez-vous|Pourriez-vous] [débloquer la saisie|m'indiquer comment contourner ce blocage] ?
ask Existe-t-il [un autre moyen de déposer|une solution provisoire] ? [Le délai de dépôt court.|J'ai d'autres mémoires
    à suivre.]
solution L'anomalie a été corrigée [cette nuit|ce matin]. [Videz le cache du navigateur|Déconnectez-vous], puis
    reprenez votre brouillon : il a été conservé.
solution Le blocage venait d'un caractère spécial dans [le nom d'une pièce jointe|un libellé]. [Renommez le
    fichier|Retirez-le], sans accent ni apostrophe, et la validation passera.
question [Pouvez-vous|Pourriez-vous] nous envoyer une capture d'écran du message, avec [l'heure de l'essai|la date et
    l'heure] et le navigateur utilisé ?
question À quelle heure avez-vous fait le dernier essai et [quelles pièces joignez-vous|avec quel navigateur] ? [Une
    capture nous aiderait.|Joignez une capture si possible.]
answer La capture est jointe. Essai fait {hour} avec {browser}, [sur un poste récent|après avoir vidé le cache].
answer Voici la capture du message. Je viens de recommencer {hour}, toujours avec {browser} : [rien de nouveau|même
    blocage].
refusal Le message revient [à l'identique|dès la deuxième page] après [déconnexion et nouvel essai|vos manipulations].
refusal La saisie va plus loin, mais [le montant total reste à zéro|la pièce jointe disparaît à la validation].
attach capture mission memo

REFUNDS_EXCISE
case REFUND_CLAIM
short Remboursement d'accise (ex-TICPE), demande {claim} [en attente|sans suite]
short Demande {claim} : gazole professionnel, [semestre en attente|remboursement non reçu]
fact Notre demande {claim} de remboursement partiel de l'accise sur le gazole, {amount} pour le dernier semestre échu,
    est [« En instruction »|« Déposée »] depuis le {date}.
fact Nous avons déposé le {date} la demande {claim} ({amount}) au titre de l'ancienne TICPE. [Aucun retour
    depuis|Aucune pièce ne nous a été demandée].
detail Les cartes grises et le relevé des litres par véhicule [étaient joints|ont été transmis en même temps].
detail La demande précédente avait été réglée en [cinq|six] semaines.
case REFUND_CLAIM
short Demande {claim} réduite : véhicules écartés
fact La demande {claim} a été réduite de {small} : {n} véhicules ont été écartés comme [inéligibles|« non conformes
    »][, sans plus de détail|].
detail Ils font tous plus de 7,5 tonnes et [les certificats d'immatriculation le prouvent|sont exploités sous notre
    licence].
detail Les mêmes véhicules ont été admis [au semestre précédent|l'an passé].
own_ask [Pouvez-vous|Pourriez-vous] [revoir cette décision|réexaminer ces lignes] ?
own_ask Quelles pièces faut-il produire pour que ces véhicules soient admis ?
case REFUND_CLAIM
short Ex-TIC sur le gaz naturel : taux réduit, demande {claim}
fact La demande {claim} de {amount}, déposée le {date}, porte sur l'accise facturée à taux plein sur notre gaz [alors
    que l'usage relève du taux réduit|malgré notre attestation].
detail Le fournisseur d'énergie refuse de [régulariser le passé|corriger ses factures].
detail Les relevés de compteur et [l'attestation d'usage|les factures acquittées] accompagnent la demande.
ask [Pouvez-vous|Pourriez-vous] [préciser où en est l'instruction|indiquer le délai de paiement] ?
ask Quelles pièces faut-il [encore produire|ajouter au dossier] ?
solution L'instruction est terminée : la demande est [admise|acceptée] et le remboursement sera viré [sous quinze
    jours| dans le mois], sur le compte déclaré.
solution Après [nouvel examen des pièces|relecture du dossier], la demande est admise en totalité. La décision est
    [dans votre espace|consultable dès maintenant] et le virement suivra.
question [Pouvez-vous|Pourriez-vous] joindre le relevé [des consommations|des quantités], au format du modèle, et les
    justificatifs correspondants ?
question Le tableau joint [ne s'ouvre pas|est incomplet]. Merci d'envoyer [à nouveau le relevé des quantités|le relevé
    complet], avec les factures acquittées.
answer Le relevé complet est joint au format du modèle[, factures à la suite|]. Les totaux sont ceux de la demande.
answer Voici le tableau [vérifié|repris ligne à ligne] et les justificatifs. [Le total déclaré ne change pas.|Rien n'a
    changé sur le fond.]
refusal La décision reçue [ne couvre pas toute la demande|n'est que partielle] : il manque {small}.
refusal Le virement n'est pas arrivé [dans le délai annoncé|à ce jour] et la demande est [repassée « En instruction
    »|toujours ouverte].
transfer Les pièces jointes au dossier [ne s'ouvrent pas|sont vides] à la réception ; [le défaut vient du portail|le
    dépôt est à reprendre par le support].
transfer La demande est liquidée, mais le portail [n'a pas enregistré notre décision|refuse le changement de statut].
attach fuel vehicle rib

REFUNDS_OVERPAYMENT
case REFUND_CLAIM
short Somme versée deux fois : demande {claim}
short Double règlement d'un titre de recette, {small} à restituer
fact Nous avons réglé deux fois le même titre de recette : par virement le {date}, puis [par prélèvement|sur le site
    de paiement] le {date2}. La demande {claim} porte sur {small}.
fact Un titre de {small} a été payé en double par notre comptabilité [à cause d'un rappel|à la suite d'une relance] ;
    nous avons déposé la demande de remboursement {claim} le {date2}.
detail Les deux avis de débit [sont joints|figurent au dossier].
detail La trésorerie reconnaît le double paiement mais [attend votre ordre|renvoie vers l'ordonnateur].
case REFUND_CLAIM
short Pénalités retenues à tort, {small}, demande {claim}
fact Des pénalités de retard de {small} ont été retenues sur notre règlement du {date2}, alors que le délai avait été
    prolongé [par écrit|par ordre de service]. La demande {claim} vise leur restitution.
detail L'ordre de service de prolongation [est signé de {person}|a été notifié avant l'échéance].
detail Le maître d'œuvre a d'ailleurs [confirmé la date|visé le nouveau planning].
case REFUND_CLAIM
short Dépôt de garantie non rendu ([salle|matériel]), demande {claim}
fact Le dépôt de garantie de {round} versé le {date} n'a pas été rendu, [bien que l'état des lieux soit sans
    réserve|alors que tout a été restitué]. Demande déposée sous le n° {claim}.
detail [Deux|Trois] courriels sont restés sans réponse.
detail Le reçu signé par {person} en fait foi.
ask [Pouvez-vous|Pourriez-vous] [ordonner le remboursement|dire quand cette somme sera rendue] ?
ask Faut-il [fournir autre chose qu'un RIB|une pièce de plus] ?
solution Le remboursement a été [ordonnancé|mandaté] [hier|ce matin] sous le n° {mandate}. La somme arrivera [sous dix
    jours|dans la quinzaine] sur votre compte.
solution Vérification faite avec la trésorerie, la somme est bien due. [Le mandat part|Elle sera réglée] avec le
    bordereau n° {bordereau}, [cette semaine|la semaine prochaine].
question [Pouvez-vous|Pourriez-vous] joindre [la preuve du versement|l'avis de débit] et un RIB de la société ?
question Nous ne retrouvons pas le versement. Pouvez-vous en indiquer [la date et le mode|le mode et la référence] et
    joindre un RIB ?
answer La preuve du versement et le RIB sont joints. [Paiement par virement, depuis le même compte.|Le libellé du
    virement rappelle la référence.]
answer Voici l'avis de débit et le RIB au nom de la société[, inchangé|]. [Le compte est celui de la société.|]
refusal La somme n'est [toujours pas rendue|pas arrivée] et la trésorerie dit [n'avoir aucun ordre|ne rien voir venir].
refusal Le montant remboursé est inférieur [à celui de la demande|au versement] : il manque {small}.
transfer La demande de remboursement [ne peut pas être validée|reste grisée] dans notre espace, [message « {error}
    »|quel que soit l'agent].
transfer La demande a été acceptée chez nous, mais le demandeur [la voit encore « Déposée »|ne voit rien] dans le
    portail.
attach rib debit letter

REFUNDS_FORM
case REFUND_CLAIM
short Demande de remboursement {claim} : [envoi impossible|bouton « Envoyer » grisé]
short Formulaire de remboursement : « {error} »
fact La demande de remboursement {claim} ({amount}) est complète, mais le bouton « Envoyer » reste grisé [depuis le
    {date2}|sans que le portail dise pourquoi].
fact À l'envoi de la demande {claim}, le portail répond « {error} ». Nous avons recommencé [trois|quatre|dix] fois
    depuis le {date2}.
detail L'essai a été fait avec {browser}, [sur deux postes|en navigation privée].
detail La date limite de dépôt approche et [nous ne voulons pas perdre nos droits|le brouillon ne nous protège pas].
case REFUND_CLAIM
short Tableau des véhicules refusé à l'import, demande {claim}
fact Le tableau joint à la demande {claim} est refusé : « {error} ». Il suit pourtant le modèle [téléchargé le
    {date2}|fourni par le portail].
detail Il compte [une centaine de|plus de deux cents|une quarantaine de] lignes, nous ne pouvons pas tout ressaisir à
    la main.
detail Le même fichier passait [au semestre dernier|sans difficulté l'an dernier].
ask [Pouvez-vous|Pourriez-vous] [débloquer la demande|indiquer ce qui la bloque] ?
ask Comment [déposer la demande|prouver le dépôt] avant la date limite si [le portail refuse|cela continue] ?
solution Le champ « [Période|Exercice] » était resté vide, hors de l'écran. Une fois rempli, l'envoi
    [passe|fonctionne] : nous l'avons vérifié sur votre brouillon.
solution La correction a été mise en ligne [ce matin|cette nuit]. Reprenez le brouillon et [relancez l'envoi|validez
    de nouveau] ; la date de la première tentative fera foi.
question [Pouvez-vous|Pourriez-vous] joindre une capture [de l'écran entier|du message complet] et le fichier en
    cause[, s'il y en a un|] ?
question Avec quel navigateur et vers quelle heure [le blocage est-il apparu|avez-vous essayé] ? [Joignez une capture
    et le tableau, si possible.|Une capture serait utile.]
answer Capture jointe, essai fait {hour} avec {browser}. [Le fichier est joint aussi.|Le tableau suit.]
answer Voici l'écran complet et le fichier utilisé. [Dernier essai {hour}.|Nous avons essayé {hour}, puis de nouveau
    ensuite.]
refusal [Même blocage après votre correction|Le blocage persiste], avec le message « {error} ».
refusal L'envoi passe, mais la demande apparaît avec [un montant nul|des lignes en moins].
attach capture fuel vehicle
"""
